from pathlib import Path

import pytest

from backend.contract.library import ItemKind, ItemState, Root
from backend.library.store import (
    IndexResult,
    LeaseLost,
    Library,
    NotFound,
    RootAlreadyAdded,
    RootContainsAnother,
    RootInsideAnother,
    RootNotAFolder,
    SeenFile,
    Worker,
)

from .builders import write


def test_a_folder_is_added_once_whatever_its_spelling(library: Library, folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    root = library.add_root(f"{folder}/../{folder.name}/")
    assert (root.path, root.available, root.counts.total) == (str(folder), True, 0)
    for spelling in (folder, link):
        with pytest.raises(RootAlreadyAdded) as refused:
            library.add_root(spelling)
        assert refused.value.problem.code == "already-added"


def test_what_is_no_folder_is_refused(library: Library, tmp_path: Path) -> None:
    file = write(tmp_path / "file.txt", "x")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (file, tmp_path / "missing", "", "  ", loop, "a\0b"):
        with pytest.raises(RootNotAFolder) as refused:
            library.add_root(path)
        assert refused.value.problem.code == "not-a-folder"
    assert library.roots() == []


def test_overlapping_folders_are_refused_and_name_each_other(library: Library, tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer 2").mkdir()
    added = library.add_root(tmp_path / "outer")
    with pytest.raises(RootInsideAnother) as inside:
        library.add_root(inner)
    assert str(tmp_path / "outer") in inside.value.problem.message
    library.add_root(tmp_path / "outer 2")
    library.remove_root(added.id)
    library.add_root(inner)
    with pytest.raises(RootContainsAnother) as contains:
        library.add_root(tmp_path / "outer")
    assert contains.value.problem.code == "contains-another"


def test_removal_hides_at_once_can_be_undone_and_is_final_after_its_grace(library: Library, root: Root) -> None:
    [item] = library.apply_scan(root.id, put=[SeenFile("a.txt", ItemKind.DOCUMENT, Worker.EXTRACT, 1, 1)])
    job = library.lease(Worker.EXTRACT)
    assert job is not None
    library.remove_root(root.id)
    assert library.roots() == []
    assert library.items_page().total == 0
    assert library.summary().queue.waiting == 0
    assert library.lease(Worker.EXTRACT) is None
    assert not library.renew(job)
    with pytest.raises(LeaseLost):
        library.finish(job, IndexResult())
    for call in (lambda: library.item(item.id), lambda: library.location(item.id), lambda: library.remove_root(root.id)):
        with pytest.raises(NotFound):
            call()

    assert library.purge_removed(30.0) == 0
    assert library.restore_root(root.id).counts.waiting == 1
    assert library.item(item.id).state is ItemState.WAITING
    assert library.lease(Worker.EXTRACT) is not None

    library.remove_root(root.id)
    library.thumbnail_path(item.id).parent.mkdir()
    library.thumbnail_path(item.id).write_bytes(b"x")
    assert library.purge_removed(0.0) == 1
    assert not library.thumbnail_path(item.id).exists()
    with pytest.raises(NotFound):
        library.restore_root(root.id)
    with library.read_connection() as db:
        for table in ("roots", "items", "segments", "jobs"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'a'").fetchone()[0] == 0


def test_adding_a_removed_folder_again_takes_the_removal_back(library: Library, root: Root, folder: Path) -> None:
    library.apply_scan(root.id, put=[SeenFile("a.txt", ItemKind.DOCUMENT, Worker.EXTRACT, 1, 1)])
    library.remove_root(root.id)
    again = library.add_root(folder)
    assert (again.id, again.counts.total) == (root.id, 1)


def test_a_removal_is_not_taken_back_into_an_overlap(library: Library, root: Root, folder: Path) -> None:
    library.remove_root(root.id)
    (folder / "inner").mkdir()
    library.add_root(folder / "inner")
    with pytest.raises(RootContainsAnother):
        library.restore_root(root.id)
