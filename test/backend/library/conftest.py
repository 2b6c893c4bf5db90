from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.contract.library import Item, Root
from backend.library.indexer import Indexer
from backend.library.scan.scan import ScanReport, scan
from backend.library.store import Library


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def library(data_dir: Path) -> Iterator[Library]:
    with Library.open(data_dir) as library:
        yield library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def root(library: Library, folder: Path) -> Root:
    return library.add_root(folder)


@pytest.fixture
def rescan(library: Library, root: Root) -> Callable[[], ScanReport]:
    return lambda: scan(library, root.id)


@pytest.fixture
def index(library: Library, rescan: Callable[[], ScanReport]) -> Iterator[Callable[[], dict[str, Item]]]:
    """Scans, runs the real worker until there is nothing to do, and answers the items by their path below the root."""
    indexer = Indexer(library, lambda _: None)

    def run() -> dict[str, Item]:
        rescan()
        while indexer.work_once():
            pass
        items = library.items_page(limit=10_000).items
        return {f"{item.folder}/{item.name}".lstrip("/"): item for item in items}

    yield run
    indexer.stop()
