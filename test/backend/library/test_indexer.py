import errno
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.events import ErrorEvent, ItemChanged, ItemRemoved, JobProgress, SidecarEvent
from backend.contract.library import ItemState, Root
from backend.library.extract.reader_process import ReaderNotStarted
from backend.library.indexer import Indexer
from backend.library.scan.scan import ScanReport
from backend.library.store import Library
from backend.library.store.jobs import MAX_LOST

from .builders import docx, paragraph, pdf, write
from .test_extractor import SLOW, children

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE = 60.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def events() -> list[SidecarEvent]:
    return []


@pytest.fixture
def indexer(library: Library, events: list[SidecarEvent]) -> Iterator[Indexer]:
    indexer = Indexer(library, events.append)
    yield indexer
    indexer.stop()


def states(events: list[SidecarEvent]) -> list[tuple[str, ItemState]]:
    return [(event.item.name, event.item.state) for event in events if isinstance(event, ItemChanged)]


def test_it_works_through_the_queue_and_tells(
    library: Library, folder: Path, rescan: Callable[[], ScanReport], indexer: Indexer, events: list[SidecarEvent]
) -> None:
    write(folder / "a.txt", "one")
    write(folder / "b.pdf", "broken")
    write(folder / "c.mp3", "not mine")
    indexer.start()
    rescan()
    until(lambda: library.summary().queue.indexed == 1 and library.summary().queue.failed == 1)
    until(lambda: len(events) == 4)
    assert states(events) == [
        ("a.txt", ItemState.WORKING),
        ("a.txt", ItemState.INDEXED),
        ("b.pdf", ItemState.WORKING),
        ("b.pdf", ItemState.FAILED),
    ]
    assert library.summary().queue.waiting == 1


@pytest.mark.parametrize(("kills", "state"), [(1, ItemState.INDEXED), (2, ItemState.FAILED)])
def test_a_file_whose_reader_ends_is_tried_once_more_behind_the_others(
    library: Library,
    folder: Path,
    rescan: Callable[[], ScanReport],
    indexer: Indexer,
    events: list[SidecarEvent],
    kills: int,
    state: ItemState,
) -> None:
    write(folder / "a.txt", SLOW[:4_000_000])
    write(folder / "b.txt", "one")
    rescan()
    indexer.start()
    for kill in range(kills):
        until(lambda kill=kill: states(events).count(("a.txt", ItemState.WORKING)) == kill + 1 and bool(children()))  # type: ignore[misc]
        for child in children():
            child.kill()
    until(lambda: ("a.txt", state) in states(events) and ("b.txt", ItemState.INDEXED) in states(events))
    assert states(events).index(("b.txt", ItemState.INDEXED)) < states(events).index(("a.txt", state))
    [item] = library.items_page(name="a.txt").items
    assert item.state is state
    assert (item.problem is None) == (state is ItemState.INDEXED)


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "no program"), BlockingIOError(errno.EAGAIN, "no more processes")])
def test_no_file_is_blamed_where_no_reader_starts(
    library: Library,
    folder: Path,
    rescan: Callable[[], ScanReport],
    indexer: Indexer,
    events: list[SidecarEvent],
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
) -> None:
    def start(_: str) -> subprocess.Popen[bytes]:
        raise error

    write(folder / "a.txt", "one")
    rescan()
    with monkeypatch.context() as patch:
        patch.setattr("backend.library.extract.reader_process._start", start)
        for _ in range(MAX_LOST + 1):
            with pytest.raises(ReaderNotStarted):
                indexer.work_once()
    assert states(events) == [("a.txt", ItemState.WORKING), ("a.txt", ItemState.WAITING)] * (MAX_LOST + 1)
    assert indexer.work_once()
    assert states(events)[-1] == ("a.txt", ItemState.INDEXED)


def test_stopping_gives_the_job_back_at_once(
    library: Library, folder: Path, rescan: Callable[[], ScanReport], indexer: Indexer, events: list[SidecarEvent]
) -> None:
    write(folder / "slow.txt", SLOW)
    rescan()
    indexer.start()
    until(lambda: any(isinstance(event, JobProgress) for event in events))
    started = time.monotonic()
    indexer.stop()
    assert time.monotonic() - started < 5
    assert states(events)[-1] == ("slow.txt", ItemState.WAITING)
    job = library.lease("extract")
    assert job is not None
    assert job.attempts == 1
    assert psutil.Process().children() == []


def test_pausing_interrupts_and_resuming_goes_on(
    library: Library, folder: Path, rescan: Callable[[], ScanReport], indexer: Indexer, events: list[SidecarEvent]
) -> None:
    path = write(folder / "slow.txt", SLOW)
    rescan()
    indexer.start()
    until(lambda: ("slow.txt", ItemState.WORKING) in states(events))
    library.set_paused(True)
    until(lambda: states(events)[-1] == ("slow.txt", ItemState.WAITING))
    write(path, "now it is short")
    rescan()
    time.sleep(1.0)
    assert library.summary().queue.waiting == 1
    library.set_paused(False)
    until(lambda: library.summary().queue.indexed == 1)


def test_a_file_that_vanished_goes(
    library: Library, folder: Path, rescan: Callable[[], ScanReport], indexer: Indexer, events: list[SidecarEvent]
) -> None:
    path = write(folder / "a.txt", "one")
    rescan()
    path.unlink()
    assert indexer.work_once()
    assert isinstance(events[-1], ItemRemoved)
    assert library.items_page().total == 0


def test_a_root_removed_while_its_file_is_read_takes_nothing(
    library: Library, folder: Path, root: Root, rescan: Callable[[], ScanReport], indexer: Indexer, events: list[SidecarEvent]
) -> None:
    write(folder / "slow.txt", SLOW[:8_000_000])
    rescan()
    indexer.start()
    until(lambda: bool(events))
    library.remove_root(root.id)
    library.purge_removed(0.0)
    indexer.stop()
    assert not any(isinstance(event, ErrorEvent) for event in events)
    with library.read_connection() as db:
        assert db.execute("SELECT count(*) FROM segments").fetchone()[0] == 0


def test_an_error_of_the_library_is_told_and_does_not_end_the_worker(
    library: Library,
    folder: Path,
    rescan: Callable[[], ScanReport],
    indexer: Indexer,
    events: list[SidecarEvent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backend.library.indexer.AFTER_ERROR", 0.2)
    write(folder / "a.txt", "one")
    rescan()
    with library.transaction() as db:
        db.execute("CREATE TRIGGER no_room BEFORE DELETE ON jobs BEGIN SELECT RAISE(ABORT, 'no room'); END")
    indexer.start()
    until(lambda: any(isinstance(event, ErrorEvent) for event in events))
    with library.transaction() as db:
        db.execute("DROP TRIGGER no_room")
    until(lambda: library.summary().queue.indexed == 1)


WORKER = """
import sys
from pathlib import Path
from backend.library.indexer import Indexer
from backend.library.store import Library

with Library.open(Path(sys.argv[1])) as library:
    indexer = Indexer(library, lambda event: print(event.type, flush=True))
    while indexer.work_once():
        pass
    indexer.stop()
"""


def test_killed_in_the_middle_of_real_files_each_is_indexed_exactly_once(
    library: Library, folder: Path, rescan: Callable[[], ScanReport]
) -> None:
    count = 60
    for number in range(count):
        text = f"file number {number} says marker"
        contents: dict[str, bytes | str] = {"txt": text, "pdf": pdf([[text]]), "docx": docx(paragraph(text)), "html": f"<p>{text}"}
        extension = list(contents)[number % 4]
        write(folder / f"{number}.{extension}", contents[extension])
    rescan()
    command = [sys.executable, "-c", WORKER, str(library.data_dir)]
    for kill in range(8):
        worker = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        for _ in range(2 + 2 * kill):
            worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, check=True, timeout=60)
    items = library.items_page(limit=count).items
    assert Counter(item.state for item in items) == {ItemState.INDEXED: count}
    for item in items:
        [segment] = library.segments_page(item.id).segments
        assert segment.text == f"file number {item.name.partition('.')[0]} says marker"
    with library.read_connection() as db:
        assert db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'marker'").fetchone()[0] == count
