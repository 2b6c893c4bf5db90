"""What a link or a pipe in the place of a file can make the library read: nothing outside of the root, nothing without an end."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.contract.library import Item, Root
from backend.library.indexer import Indexer
from backend.library.inside_root import LeftRoot, require_inside
from backend.library.scan.scan import ScanReport
from backend.library.store import Library

from .builders import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")

Index = Callable[[], dict[str, Item]]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "files of others"
    write(folder / "diary.txt", "what nobody else may read")
    return folder


def test_files_below_the_root_are_inside(folder: Path) -> None:
    path = write(folder / "a" / "b.txt", "one")
    assert require_inside(folder, path).st_size == 3
    link = folder / "link.txt"
    link.symlink_to(path)
    assert require_inside(folder, link).st_size == 3


def test_a_root_that_is_reached_by_a_link_keeps_its_files(folder: Path, tmp_path: Path) -> None:
    write(folder / "a.txt", "one")
    link = tmp_path / "link to the root"
    link.symlink_to(folder)
    assert require_inside(link, link / "a.txt").st_size == 3


def test_links_that_lead_out_pipes_and_folders_are_no_files_of_the_root(folder: Path, outside: Path) -> None:
    (folder / "diary.txt").symlink_to(outside / "diary.txt")
    (folder / "sub").symlink_to(outside)
    os.mkfifo(folder / "pipe.txt")
    # Its name begins like the root's.
    sibling = write(folder.with_name(folder.name + " too") / "a.txt", "one")
    for path in (folder / "diary.txt", folder / "sub" / "diary.txt", folder / "pipe.txt", folder, sibling, folder / ".." / sibling.name):
        with pytest.raises(FileNotFoundError):
            require_inside(folder, path)
    with pytest.raises(LeftRoot):
        require_inside(folder, folder / "sub" / "diary.txt")


@pytest.mark.parametrize("replaced", ["file", "folder", "pipe"])
def test_what_is_replaced_between_scan_and_reading_is_not_read(
    library: Library, root: Root, folder: Path, outside: Path, rescan: Callable[[], ScanReport], replaced: str
) -> None:
    path = write(folder / "sub" / "diary.txt", "mine")
    rescan()
    path.unlink()
    if replaced == "file":
        path.symlink_to(outside / "diary.txt")
    elif replaced == "pipe":
        os.mkfifo(path)
    else:
        path.parent.rmdir()
        path.parent.symlink_to(outside)
    indexer = Indexer(library, lambda _: None)
    try:
        assert indexer.work_once()
        assert not indexer.work_once()
    finally:
        indexer.stop()
    assert library.items_page().items == []


def test_an_indexed_file_that_becomes_a_link_is_not_read_by_a_retry_and_leaves_with_the_next_scan(
    library: Library, folder: Path, outside: Path, index: Index
) -> None:
    path = write(folder / "diary.txt", "mine")
    item = index()["diary.txt"]
    path.unlink()
    path.symlink_to(outside / "diary.txt")
    library.retry(item.id)
    indexer = Indexer(library, lambda _: None)
    try:
        assert indexer.work_once()
    finally:
        indexer.stop()
    assert library.items_page().items == []
    assert index() == {}
