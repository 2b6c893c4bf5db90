"""The two engines: which are there, loaded when a job first needs them, and what the window is told about them."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from backend.contract.library import EngineState, EngineStatus, ModelId, Problem
from backend.models.registry import ModelLocation, find_model
from backend.processing.cancellation import Cancelled, StopCheck
from backend.sidecar.lack_of_memory import MemoryWait, lacked_memory

log = logging.getLogger(__name__)

T = TypeVar("T")

NAMES = {ModelId.WHISPER: "Whisper", ModelId.YAMNET: "YAMNet"}
STOP_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Edition:
    """Which files an engine was loaded from: one that failed is tried again with other files, or when there may be memory for it."""

    path: Path
    modified_ns: int

    @classmethod
    def of(cls, location: ModelLocation) -> "_Edition":
        return cls(location.path, location.path.stat().st_mtime_ns)


class Engine(Generic[T]):
    """One model and what loads it. Used from one thread; the load itself runs in another, so that a stop need not wait for it."""

    def __init__(
        self,
        model: ModelId,
        load: Callable[[ModelLocation], T],
        tell: Callable[[EngineStatus], None],
        memory_wait: MemoryWait | None = None,
    ) -> None:
        self.model = model
        self._load = load
        self._tell = tell
        self._state: EngineState | None = None
        self._engine: T | None = None
        self._failed: _Edition | None = None
        self._memory_wait = memory_wait or MemoryWait()

    def look(self) -> EngineState:
        """The present state, after a look at the models directories: seen MISSING, UNLOADED, READY or FAILED."""
        if self._engine is not None:
            return EngineState.READY
        location = find_model(self.model)
        if location is None:
            self._failed = None
            return self._set(EngineState.MISSING)
        if self._failed is not None and self._failed == _Edition.of(location) and not self._memory_wait.is_over:
            return EngineState.FAILED
        return self._set(EngineState.UNLOADED)

    def get(self, should_stop: StopCheck) -> T | None:
        """The loaded engine, or None where its model is missing or does not load. Raises Cancelled while loading."""
        if self._engine is not None:
            return self._engine
        location = find_model(self.model)
        if location is None or self.look() is not EngineState.UNLOADED:
            return None
        self._set(EngineState.LOADING)
        try:
            self._engine = _in_thread(lambda: self._load(location), should_stop, f"load {self.model}")
        except Cancelled:
            raise
        except Exception as error:
            log.exception("%s does not load", self.model)
            self._failed = _Edition.of(location)
            self._memory_wait.begin(error)
            self._set(EngineState.FAILED, _load_problem(self.model, error))
            return None
        self._set(EngineState.READY)
        return self._engine

    def _set(self, state: EngineState, problem: Problem | None = None) -> EngineState:
        if state is not self._state:
            self._state = state
            self._tell(EngineStatus(engine=self.model, state=state, problem=problem))
        return state


def _in_thread(work: Callable[[], T], should_stop: StopCheck, name: str) -> T:
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
    try:
        future = executor.submit(work)
        while True:
            if should_stop():
                raise Cancelled
            with suppress(TimeoutError):
                return future.result(STOP_POLL_SECONDS)
    finally:
        executor.shutdown(wait=False)


def _load_problem(model: ModelId, error: Exception) -> Problem:
    if lacked_memory(error):
        return Problem(
            code="out-of-memory",
            message=f"There was not enough free memory to start {NAMES[model]}. Recordings wait.",
            next_step="Close other programs. It is tried again by itself.",
            detail=f"{type(error).__name__}: {error}",
        )
    return Problem(
        code="engine-failed",
        message=f"{NAMES[model]} is here but could not be started. Recordings wait until it can.",
        next_step="Verify or download the model again on the Models page, or restart ContentCache.",
        detail=f"{type(error).__name__}: {error}",
    )
