"""SQLite connections of one process to one library: write-ahead log, short transactions, one user at a time for each connection."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from backend.library.store.errors import LibraryDamaged, LibraryLost, LibraryMoved
from backend.library.store.place import Place
from backend.library.store.storage import is_damage, primary_code

log = logging.getLogger(__name__)

BUSY_TIMEOUT = 30.0
IDLE_CONNECTIONS = 8

OnLost = Callable[[LibraryLost], None]

# Of libraries that were moved away: the end of the last connection would delete the log by its path, which may belong to another now.
_never_closed: list[sqlite3.Connection] = []


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open `path` in WAL mode. Transactions are explicit (autocommit otherwise). Raises sqlite3.DatabaseError."""
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        _enter_wal(db)
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        db.close()
        raise
    return db


def _enter_wal(db: sqlite3.Connection) -> None:
    # SQLite does not call the busy handler for the switch itself, and two processes may open a new library at once.
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class ConnectionPool:
    """Hands each caller a connection of its own; thread-safe. Two processes may each have a pool on the same file.

    Whoever meets damage, or finds the file moved away, has `on_lost` called with it; from then on every call raises it.
    """

    def __init__(self, path: Path, on_lost: OnLost) -> None:
        """The file must be there. Raises sqlite3.DatabaseError, LibraryMoved."""
        self._path = path
        self._on_lost = on_lost
        self._lock = Lock()
        self._closed = False
        self._lost: LibraryLost | None = None
        # The first connection is not lent out: it keeps the log in being and sees what the others commit.
        self._watcher = connect(path, create=False)
        self._watcher.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        self._watcher_lock = Lock()
        self._place = Place(path)
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write; all statements within see one state of the library."""
        with self._borrow() as db:
            db.execute("PRAGMA query_only = ON")
            try:
                db.execute("BEGIN")
                yield db
            finally:
                _roll_back(db)
                db.execute("PRAGMA query_only = OFF")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on an exception. Waits for other writers up to BUSY_TIMEOUT.

        Raises LibraryMoved rather than to commit into a file that nobody would find again.
        """
        with self._borrow() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                self._place.require()
                db.execute("COMMIT")
            except BaseException:
                _roll_back(db)
                raise

    def data_version(self) -> int:
        """Changes with every commit of any process."""
        with self._noticing_loss(), self._watcher_lock:
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])

    def require_in_place(self) -> None:
        """Raises LibraryMoved when the path leads to another file than the one that is open, or to none."""
        with self._noticing_loss():
            self._place.require()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            lost = self._lost
        if isinstance(lost, LibraryMoved):
            self._abandon(idle)
            return
        with self._watcher_lock:
            self._watcher.close()
        for db in idle:
            db.close()

    def _abandon(self, idle: list[sqlite3.Connection]) -> None:
        try:
            # Wherever the file is now, what was committed is in it, and not only in a log that stayed behind.
            self._watcher.execute("PRAGMA busy_timeout = 1000")
            self._watcher.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error:
            log.exception("the log of a library that was moved away could not be written into it")
        _never_closed.extend([self._watcher, *idle])

    @contextmanager
    def _borrow(self) -> Iterator[sqlite3.Connection]:
        with self._noticing_loss():
            with self._lock:
                if self._closed:
                    raise sqlite3.ProgrammingError("the library is closed")
                db = self._idle.pop() if self._idle else None
            if db is None:
                db = self._connect()
            try:
                yield db
            finally:
                self._give_back(db)

    def _connect(self) -> sqlite3.Connection:
        self._place.require()
        db = connect(self._path, create=False)
        try:
            self._place.require()
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def _noticing_loss(self) -> Iterator[None]:
        if self._lost is not None:
            raise LibraryLost(self._lost.problem)
        try:
            yield
        except LibraryLost as error:
            self._lose(error)
            raise
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            lost = LibraryDamaged(str(error))
            self._lose(lost)
            raise lost from error

    def _lose(self, error: LibraryLost) -> None:
        with self._lock:
            if self._lost is not None:
                return
            self._lost = error
        self._on_lost(error)

    def _give_back(self, db: sqlite3.Connection) -> None:
        if db.in_transaction:
            log.error("a connection came back inside a transaction; closing it")
            db.close()
            return
        with self._lock:
            if isinstance(self._lost, LibraryMoved):
                _never_closed.append(db)
                return
            if not self._closed and len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(db)
                return
        db.close()


def _roll_back(db: sqlite3.Connection) -> None:
    # After a full disk or a failing one SQLite has done so by itself, and a second time would hide the reason.
    if db.in_transaction:
        db.execute("ROLLBACK")
