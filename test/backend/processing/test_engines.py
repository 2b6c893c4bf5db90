"""An engine whose load fails: for good with these files, or until there is memory for it."""

from pathlib import Path

import pytest

from backend.contract.library import EngineState, EngineStatus, ModelId
from backend.models.manifest import load_manifest
from backend.models.registry import ModelLocation
from backend.processing import engines
from backend.processing.engines import Engine
from backend.sidecar.lack_of_memory import FIRST_WAIT, MemoryWait


class Loads:
    """A loader that fails with each of `errors`, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, location: ModelLocation) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "engine"


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "base.pt"
    path.write_bytes(b"weights")
    monkeypatch.setattr(engines, "find_model", lambda wanted: ModelLocation(load_manifest().model(wanted), tmp_path, path, "1"))


def engine(load: Loads, wait: float) -> tuple[Engine[str], list[EngineStatus]]:
    told: list[EngineStatus] = []
    return Engine(ModelId.WHISPER, load, told.append, MemoryWait(wait)), told


def never() -> bool:
    return False


def test_memory_that_comes_back_is_used() -> None:
    load = Loads(RuntimeError("DefaultCPUAllocator: can't allocate memory"), MemoryError())
    whisper, told = engine(load, 0.0)
    assert whisper.get(never) is None
    assert whisper.get(never) is None
    assert whisper.get(never) == "engine"
    assert [status.state for status in told if status.state is not EngineState.LOADING][-3:] == [
        EngineState.FAILED,
        EngineState.UNLOADED,
        EngineState.READY,
    ]


def test_until_then_it_is_not_tried() -> None:
    load = Loads(MemoryError())
    whisper, told = engine(load, FIRST_WAIT)
    assert whisper.get(never) is None
    assert whisper.look() is EngineState.FAILED
    assert whisper.get(never) is None
    assert load.calls == 1
    problem = told[-1].problem
    assert problem is not None
    assert problem.code == "out-of-memory"


def test_a_broken_file_is_not_tried_again() -> None:
    load = Loads(ValueError("not a checkpoint"))
    whisper, _ = engine(load, 0.0)
    assert whisper.get(never) is None
    assert whisper.look() is EngineState.FAILED
    assert whisper.get(never) is None
    assert load.calls == 1


def test_each_wait_is_twice_as_long() -> None:
    wait = MemoryWait(100.0)
    lengths = [round(wait.seconds) for _ in range(3) if wait.begin(MemoryError())]
    assert lengths == [100, 200, 400]
    assert not wait.is_over
