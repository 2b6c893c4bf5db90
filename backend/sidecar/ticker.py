"""The thread that says where work stands at least twice a second, whatever the work is blocked in."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

INTERVAL = 0.4
"""Seconds: twice a second, with room for a machine that wakes the thread late."""

E = TypeVar("E")


class Ticker(Generic[E]):
    """Emits what `snapshot` gives when entered, then every `interval` seconds until it is left."""

    def __init__(self, snapshot: Callable[[], E], emit: Callable[[E], None], interval: float = INTERVAL) -> None:
        self._snapshot = snapshot
        self._emit = emit
        self._interval = interval
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        self._emit(self._snapshot())
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._interval):
            self._emit(self._snapshot())
