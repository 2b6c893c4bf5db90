"""Where a model's download stands."""

import threading
import time
from collections import deque
from collections.abc import Callable

from backend.contract.events import ModelDownloadProgress
from backend.contract.library import ModelId

WINDOW = 5.0


class ModelProgress:
    """Numbers of one model over all its files. Set from the working thread, read from the ticker's."""

    def __init__(self, model: ModelId, total: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._clock = clock
        self._lock = threading.Lock()
        self._total = total
        self._message = "Starting"
        self._bytes = 0
        self._arrived = 0
        self._history: deque[tuple[float, int]] = deque()

    def say(self, message: str) -> None:
        with self._lock:
            self._message = message

    def set_total(self, total: int | None) -> None:
        with self._lock:
            self._total = total

    def set_bytes(self, count: int, arrived: int = 0) -> None:
        """`count` bytes are here; `arrived` of them came over the network since the last call."""
        with self._lock:
            self._bytes = count
            self._arrived += arrived

    def finish(self) -> None:
        """Everything is here."""
        with self._lock:
            self._bytes = self._total or self._bytes

    def event(self) -> ModelDownloadProgress:
        """What the window shows now. The rate is that of the last five seconds."""
        with self._lock:
            now = self._clock()
            self._history.append((now, self._arrived))
            while len(self._history) > 1 and now - self._history[0][0] > WINDOW:
                self._history.popleft()
            since, before = self._history[0]
            rate = (self._arrived - before) / (now - since) if self._arrived > before and now > since else None
            left = None if rate is None or self._total is None else max(0.0, (self._total - self._bytes) / rate)
            percent = None if not self._total else min(100.0, round(100 * self._bytes / self._total, 1))
            return ModelDownloadProgress(
                model=self._model,
                progress=percent,
                message=self._message,
                bytes=self._bytes,
                total=self._total,
                rate=None if rate is None else round(rate, 1),
                seconds_left=None if left is None else round(left, 1),
            )


class FileProgress:
    """The part of a model's progress that one file makes up: `before` bytes of other files are here already."""

    def __init__(self, model: ModelProgress, before: int) -> None:
        self._model = model
        self._before = before
        self._length = 0

    def say(self, message: str) -> None:
        self._model.say(message)

    def move_to(self, length: int, *, arrived: bool) -> None:
        """`length` bytes of the file are here; `arrived` when the new ones came over the network just now."""
        self._model.set_bytes(self._before + length, max(0, length - self._length) if arrived else 0)
        self._length = length
