import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from backend.contract.events import ItemChanged, SidecarEvent
from backend.contract.library import Root
from backend.library.scan import watch as watching
from backend.library.scan.scanner import Scanner
from backend.library.scan.watch import Watch
from backend.library.store import Library

from .builders import write

PATIENCE = 30.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLE", 0.1)
    monkeypatch.setattr(watching, "LOOK", 0.2)


@pytest.mark.parametrize("notices", [True, False])
def test_changes_and_the_coming_and_going_of_the_folder_are_noticed(folder: Path, notices: bool) -> None:
    changes: SimpleQueue[float] = SimpleQueue()
    watch = Watch(folder, lambda: changes.put(time.monotonic()), poll=0.3, notices=notices)

    def noticed() -> None:
        changes.get(timeout=PATIENCE)
        while True:
            try:
                changes.get(timeout=0.05)
            except Empty:
                return

    try:
        noticed()
        write(folder / "deep" / "a.txt", "a")
        noticed()
        folder.rename(folder.with_name("away"))
        noticed()
        folder.with_name("away").rename(folder)
        noticed()
        write(folder / "deep" / "b.txt", "b")
        noticed()
    finally:
        watch.stop()


def test_what_is_left_out_of_a_scan_starts_none(folder: Path) -> None:
    changes: SimpleQueue[None] = SimpleQueue()
    watch = Watch(folder, lambda: changes.put(None))
    try:
        # What changed before there were notices is looked for once.
        changes.get(timeout=PATIENCE)
        write(folder / ".cache" / "x.txt", "x")
        write(folder / "film.mp4.part", "x")
        with pytest.raises(Empty):
            changes.get(timeout=1.5)
        write(folder / "film.mp4", "x")
        changes.get(timeout=PATIENCE)
    finally:
        watch.stop()


@pytest.fixture
def events() -> list[SidecarEvent]:
    return []


@pytest.fixture
def scanner(library: Library, root: Root, events: list[SidecarEvent]) -> Iterator[Scanner]:
    scanner = Scanner(library, events.append)
    scanner.start()
    yield scanner
    scanner.stop()


def test_the_scanner_follows_the_disk_and_the_roots(
    scanner: Scanner, library: Library, root: Root, folder: Path, tmp_path: Path, events: list[SidecarEvent]
) -> None:
    write(folder / "a.txt", "a")
    until(lambda: library.root(root.id).counts.total == 1)
    write(folder / "b.mp3", "b")
    until(lambda: library.root(root.id).counts.total == 2)
    (folder / "a.txt").unlink()
    until(lambda: library.root(root.id).counts.total == 1)
    assert {event.item.name for event in events if isinstance(event, ItemChanged)} == {"a.txt", "b.mp3"}
    write(tmp_path / "more" / "c.txt", "c")
    more = library.add_root(tmp_path / "more")
    scanner.sync()
    until(lambda: library.root(more.id).counts.total == 1)
    library.remove_root(root.id)
    scanner.sync()
    write(folder / "late.txt", "late")
    folder_count = library.root(root.id).counts.total
    time.sleep(1.0)
    assert library.root(root.id).counts.total == folder_count
    folder.rename(folder.with_name("away"))
    (tmp_path / "more").rename(tmp_path / "gone")
    until(lambda: not library.root(more.id).available)
    (tmp_path / "gone").rename(tmp_path / "more")
    until(lambda: library.root(more.id).available)
