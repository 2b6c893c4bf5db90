"""One process at a time works on a model. The lock is the system's: it goes when its process does, however it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backend.models.cancellation import Cancellation
from backend.models.manifest import Model
from backend.models.problems import from_os_error

LOCKS = ".locks"
POLL = 0.2


@contextmanager
def model_lock(layer: Path, model: Model, cancellation: Cancellation, while_waiting: Callable[[], None] = lambda: None) -> Iterator[bool]:
    """Hold the model's lock; yields whether another process had it before. Calls `while_waiting` five times a second.

    Raises Cancelled while waiting, ModelError when the folder cannot be written.
    """
    folder = layer / LOCKS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{model.id}.lock")
        waited = False
        while True:
            cancellation.check()
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                waited = True
                while_waiting()
                cancellation.wait(POLL)
    except OSError as error:
        raise from_os_error(error, f"{folder} was opened") from error
    try:
        yield waited
    finally:
        lock.release()
