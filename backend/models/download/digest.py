"""SHA-256 of a file while it grows, read back from the system's cache some megabytes behind the download.

It has a thread of its own, because hashing takes as long as a fast network. It reads the file instead of being handed
the pieces: the two threads then meet once in BATCH bytes instead of at every receive, nothing piles up in memory, and
the digest is that of the bytes that are in the file, those of an earlier attempt included. A download that is faster
than the hash is held back to at most LAG bytes ahead of it, so that no core is idle while the rest is hashed.
"""

import errno
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from backend.models.cancellation import Cancellation

BATCH = 2 << 20
LAG = 8 << 20
READ_SIZE = 512 << 10
POLL = 0.1


class FollowingDigest:
    """SHA-256 of the first bytes of `path`: as many as `advance` was last told. `path` only grows, except at a `restart`."""

    def __init__(self, path: Path, cancellation: Cancellation) -> None:
        self._path = path
        self._cancellation = cancellation
        self._changed = threading.Condition()
        self._length = 0
        self._done = 0
        self._error: OSError | None = None
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def advance(self, length: int) -> None:
        """`length` bytes are in the file. Waits when the hash is far behind. Raises Cancelled, OSError when it cannot be read."""
        if length - self._length >= BATCH:
            self._announce(length)
            self._wait(lambda: self._done >= length - LAG)

    def restart(self) -> None:
        """Forget everything so far; to be called before the file is made empty."""
        self._stop()
        self._start()

    def hexdigest(self, length: int) -> str:
        """The digest in hex of all `length` bytes; nothing can follow. Raises Cancelled, OSError."""
        self._announce(length)
        self._wait(lambda: self._done == length)
        return self._digest.hexdigest()

    def _announce(self, length: int) -> None:
        with self._changed:
            self._length = length
            self._changed.notify_all()

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            while not condition() and self._error is None:
                self._cancellation.check()
                self._changed.wait(POLL)
        if self._error is not None:
            raise self._error

    def _start(self) -> None:
        self._digest = hashlib.sha256()
        self._length = self._done = 0
        self._error = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._follow()
        except OSError as error:
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _follow(self) -> None:
        buffer = memoryview(bytearray(READ_SIZE))
        done = 0
        with self._path.open("rb", buffering=0) as stream:
            while True:
                with self._changed:
                    self._done = done
                    self._changed.notify_all()
                    while self._length == done and not self._stopped:
                        self._changed.wait()
                    if self._stopped:
                        return
                    until = min(self._length, done + BATCH)
                while done < until:
                    count = stream.readinto(buffer[: until - done])
                    if not count:
                        raise OSError(errno.EIO, "the file is shorter than what was written", str(self._path))
                    self._digest.update(buffer[:count])
                    done += count
