"""SHA-256 beside the download: hashing takes as long as a fast network, so it has a thread of its own."""

import hashlib
import queue
import threading
from pathlib import Path

from backend.models.cancellation import Cancellation

READ_SIZE = 1 << 20
QUEUED = 16


class RunningDigest:
    """SHA-256 of the bytes given to `update`, in order. Holds at most QUEUED pieces; `update` waits when it is behind."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._pieces: queue.Queue[bytes | None] = queue.Queue(QUEUED)
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
        self._thread.start()

    def update(self, piece: bytes) -> None:
        self._pieces.put(piece)

    def restart(self) -> None:
        """Forget everything so far."""
        self.close()
        self._digest = hashlib.sha256()
        self._thread = threading.Thread(target=self._run, name="sha256", daemon=True)
        self._thread.start()

    def feed_file(self, path: Path, cancellation: Cancellation) -> int:
        """Hash what `path` already holds, and return its length. Raises Cancelled, OSError."""
        length = 0
        with path.open("rb") as stream:
            while piece := stream.read(READ_SIZE):
                cancellation.check()
                self.update(piece)
                length += len(piece)
        return length

    def hexdigest(self) -> str:
        """The digest in hex; ends the thread."""
        self.close()
        return self._digest.hexdigest()

    def close(self) -> None:
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._digest.update(piece)
