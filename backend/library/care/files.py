"""Files of a data directory that tasks make: a new library, the name that the former one is kept under."""

import os
import sqlite3
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backend.library.care.problems import under_way
from backend.library.store.replacement import complete_replacement

_NEW = "library-new-"
_LOCK = "library-care.lock"


@contextmanager
def exclusively(data_dir: Path) -> Iterator[Path]:
    """Alone in restoring or recovering this library; yields where to build the new one. What was left of a killed task is done or removed.

    Raises CareError when another process is at it, OSError.
    """
    (data_dir / "run").mkdir(parents=True, exist_ok=True)
    try:
        # The system's lock: it goes with its process, however that ends.
        lock = FileLock(data_dir / "run" / _LOCK, timeout=0).acquire()
    except Timeout as error:
        raise under_way() from error
    with lock:
        complete_replacement(data_dir)
        _remove_new(data_dir)
        try:
            yield data_dir / f"{_NEW}{os.getpid()}.db"
        finally:
            # Whatever is not the library by now will never be.
            complete_replacement(data_dir)
            _remove_new(data_dir)


def _remove_new(data_dir: Path) -> None:
    for path in data_dir.glob(f"{_NEW}*"):
        path.unlink()


def kept_as(data_dir: Path, what: str) -> Path:
    """A name that nothing has yet: `library-<what>-<time>.db`."""
    stamp = f"library-{what}-{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while True:
        path = data_dir / f"{stamp}{'' if number == 1 else f'-{number}'}.db"
        if not any(Path(f"{path}{part}").exists() for part in ("", "-wal", "-shm")):
            return path
        number += 1


def open_copy(path: Path) -> sqlite3.Connection:
    """A database that nobody else knows, thrown away when this process is killed: nothing need be durable before `sync_file`."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    # Also out of the write-ahead log, when it is in one: a copy is one file.
    db.execute("PRAGMA journal_mode = MEMORY")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def forget_thumbnails(data_dir: Path, but: Container[int]) -> None:
    """Pictures of items that have other ids now. A cache: nothing is lost. Raises OSError."""
    for path in (data_dir / "thumbnails").glob("*.jpg"):
        if not path.stem.isdecimal() or int(path.stem) not in but:
            path.unlink(missing_ok=True)
