"""What becomes of a recording when something goes wrong that is not its own fault, or that nobody thought of."""

import errno
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.events import ErrorEvent, ItemChanged
from backend.contract.library import Contract, ItemKind, ItemState, ModelId
from backend.library.store import Job, Library, Worker
from backend.library.store.jobs import MAX_CRASHES, MAX_LOST
from backend.models.manifest import load_manifest
from backend.models.registry import ModelLocation
from backend.processing import audio_worker, engines
from backend.processing.audio_worker import MEMORY_TRIES, AudioWorker, NoMemory
from backend.processing.engines import Engine
from backend.processing.sound_tagger import SoundTagger
from backend.processing.transcriber import Transcriber, Transcription
from backend.sidecar.lack_of_memory import MemoryWait
from backend.sidecar.lifetime import Lifetime
from test.backend.processing import media
from test.backend.processing.sidecar import add_folder

PROCESSES = 3
FAILS = [ItemState.WORKING, ItemState.WAITING, ItemState.WORKING, ItemState.FAILED]


class Broken:
    """A transcriber with an error of its programmer."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.begun = 0

    def begin(self) -> Transcription:
        self.begun += 1
        raise self.error


@pytest.fixture
def broken() -> Broken:
    return Broken(TypeError("no such thing"))


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "base.pt"
    path.write_bytes(b"weights")
    monkeypatch.setattr(
        engines,
        "find_model",
        lambda wanted: ModelLocation(load_manifest().model(wanted), tmp_path, path, "1") if wanted is ModelId.WHISPER else None,
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "data") as opened:
        add_recording(opened, tmp_path / "first")
        yield opened


def add_recording(library: Library, folder: Path) -> None:
    folder.mkdir()
    (folder / "speech.flac").write_bytes(media.JFK.read_bytes())
    add_folder(library, folder, {"speech.flac": ItemKind.AUDIO})


def run(library: Library, transcriber: Broken, is_last: Callable[[Contract], bool | None]) -> list[Contract]:
    """What the worker tells until then."""
    events: list[Contract] = []
    lifetime = Lifetime()

    def emit(event: Contract) -> None:
        events.append(event)
        if is_last(event):
            # Not by request_stop, which ends the process some seconds later.
            lifetime.stopping.set()

    whisper: Engine[Transcriber] = Engine(ModelId.WHISPER, lambda _: transcriber, lambda _: None)
    yamnet: Engine[SoundTagger] = Engine(ModelId.YAMNET, lambda _: pytest.fail("has no model"), lambda _: None)
    AudioWorker(library, emit, lifetime, whisper, yamnet, lambda: MemoryWait(0.0)).run()
    assert psutil.Process().children() == []
    return events


def is_item(event: Contract, state: ItemState) -> bool:
    return isinstance(event, ItemChanged) and event.item.state is state


def failed(event: Contract) -> bool:
    return is_item(event, ItemState.FAILED)


def states(events: list[Contract]) -> list[ItemState]:
    return [event.item.state for event in events if isinstance(event, ItemChanged)]


@pytest.mark.parametrize("error", [TypeError("no such thing"), sqlite3.ProgrammingError("type 'float32' is not supported")])
def test_an_error_of_a_programmer_fails_the_recording_at_the_second_try(library: Library, error: Exception) -> None:
    transcriber = Broken(error)
    assert states(run(library, transcriber, failed)) == FAILS
    assert transcriber.begun == MAX_CRASHES
    assert library.lease(Worker.AUDIO) is None
    [item] = library.items_page().items
    assert item.problem is not None
    assert (item.problem.code, item.problem.detail) == ("unexpected", f"{type(error).__name__}: {error}")


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 12288000 bytes.")]
)
def test_a_lack_of_memory_is_waited_for_and_at_last_another_process_s(library: Library, error: Exception) -> None:
    transcriber = Broken(error)
    assert MEMORY_TRIES * PROCESSES > MAX_LOST
    events: list[Contract] = []
    for _ in range(PROCESSES):
        with pytest.raises(NoMemory):
            run(library, transcriber, events.append)
    assert transcriber.begun == MEMORY_TRIES * PROCESSES
    assert states(events) == [ItemState.WORKING, ItemState.WAITING] * transcriber.begun
    assert [event.problem.code for event in events if isinstance(event, ErrorEvent)] == ["out-of-memory"] * PROCESSES
    assert states(run(library, Broken(TypeError("no such thing")), failed)) == FAILS


def test_no_recording_is_blamed_where_no_decoder_starts(library: Library, broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: str) -> subprocess.Popen[bytes]:
        raise BlockingIOError(errno.EAGAIN, "no more processes")

    tries = iter(range(MAX_LOST + 1))
    monkeypatch.setattr(audio_worker, "RETRY_SECONDS", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr("backend.library.extract.reader_process._start", start)
        events = run(library, broken, lambda event: is_item(event, ItemState.WAITING) and next(tries) == MAX_LOST)
    assert states(events) == [ItemState.WORKING, ItemState.WAITING] * (MAX_LOST + 1)
    assert [event.problem.code for event in events if isinstance(event, ErrorEvent)] == ["reader-not-started"]
    assert states(run(library, broken, failed)) == FAILS


def test_a_folder_that_is_removed_just_when_its_recording_is_taken_ends_nothing(
    library: Library, broken: Broken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [removed] = library.roots()
    add_recording(library, tmp_path / "second")
    lease = library.lease

    def lease_and_remove(worker: Worker) -> Job | None:
        job = lease(worker)
        if job is not None and job.root_id == removed.id:
            library.remove_root(removed.id)
        return job

    monkeypatch.setattr(library, "lease", lease_and_remove)
    assert states(run(library, broken, failed)) == FAILS
