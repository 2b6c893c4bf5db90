"""A task under way: how far it is, and whether it is still wanted."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from backend.contract.events import CareTask, LibraryCareProgress
from backend.library.store.storage import is_interrupt
from backend.sidecar.lifetime import Lifetime

# Virtual machine instructions of SQLite between two looks whether the task is still wanted: a few milliseconds.
_LOOK_EVERY = 10_000


class Cancelled(Exception):
    """The task is no longer wanted."""


class Work:
    """`done` and `total` are bytes; they are set by the thread that works and read by the one that tells."""

    def __init__(self, task: CareTask, lifetime: Lifetime) -> None:
        self.task = task
        self.done = 0
        self.total: int | None = None
        self._followed: Path | None = None
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._used: list[sqlite3.Connection] = []

    @property
    def cancelled(self) -> bool:
        return self._lifetime.stopping.is_set()

    def follow(self, file: Path) -> None:
        """From now on the size of `file`, which something else writes, is how far the task is."""
        self._followed = file

    def progress(self) -> LibraryCareProgress:
        if self._followed is not None:
            try:
                self.done = max(self.done, self._followed.stat().st_size)
            except FileNotFoundError:
                # It has got its own name by now.
                self._followed = None
        done = self.done if self.total is None else min(self.done, self.total)
        return LibraryCareProgress(task=self.task, done=done, total=self.total)

    def check(self) -> None:
        """Raises Cancelled."""
        if self.cancelled:
            raise Cancelled

    @contextmanager
    def using(self, db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        """Statements of `db` end early when the task is cancelled, which raises Cancelled; `db` is closed afterwards."""
        db.set_progress_handler(lambda: self.cancelled, _LOOK_EVERY)
        with closing(db), self._interruptible(db):
            self.check()
            try:
                yield db
            except sqlite3.OperationalError as error:
                if is_interrupt(error):
                    raise Cancelled from error
                raise

    def interrupt(self) -> None:
        """From the thread that waits, again and again while the task does not end: a check of all pages asks no progress handler."""
        with self._lock:
            for db in self._used:
                db.interrupt()

    @contextmanager
    def _interruptible(self, db: sqlite3.Connection) -> Iterator[None]:
        with self._lock:
            self._used.append(db)
        try:
            yield
        finally:
            with self._lock:
                self._used.remove(db)
