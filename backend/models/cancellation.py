"""One flag that ends a download, and wakes whatever it is blocked in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backend.models.problems import Cancelled


class Cancellation:
    """Set once, from any thread. Work asks `check`, sleeps with `wait`, and registers what wakes a blocking call."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def request(self) -> None:
        with self._lock:
            self._event.set()
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def check(self) -> None:
        """Raises Cancelled once it was requested."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep. Raises Cancelled as soon as it is requested."""
        if self._event.wait(seconds):
            raise Cancelled

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Within the block, a request calls `wake` once, from the requesting thread."""
        with self._lock:
            self._wakers.append(wake)
            requested = self._event.is_set()
        if requested:
            wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakers.remove(wake)
