"""When the disk or folder that holds the library is what failed: it may be right again in a moment, and nothing is lost until then."""

import errno
import sqlite3

from backend.contract.library import Problem
from backend.library.store.errors import LibraryLost

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_UNUSABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def storage_problem(error: BaseException) -> Problem | None:
    """What to tell, with the code `disk-full` or `library-unavailable`; None when the storage is not to blame."""
    code = _code(error)
    if (
        code == sqlite3.SQLITE_FULL
        or _extended_code(error) == sqlite3.SQLITE_IOERR_SHMSIZE
        or (isinstance(error, OSError) and error.errno in _NO_ROOM)
    ):
        return Problem(
            code="disk-full",
            message="There is no room left for the library, so indexing waits.",
            next_step="Free some space on the disk that holds the data folder. Indexing goes on by itself.",
            detail=str(error),
        )
    if code in _UNUSABLE or isinstance(error, OSError):
        return Problem(
            code="library-unavailable",
            message="The library's data folder cannot be used at the moment.",
            next_step="Check that its disk is there and may be written to. ContentCache goes on by itself.",
            detail=str(error),
        )
    return None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is damaged, or is no database."""
    return _code(error) in _DAMAGED


def _code(error: BaseException) -> int | None:
    # Extended codes hold the primary one in their lowest byte.
    found = _extended_code(error)
    return None if found is None else found & 0xFF


def _extended_code(error: BaseException) -> int | None:
    # Errors of the Python module itself have none.
    found: int | None = None if isinstance(error, LibraryLost) else getattr(error, "sqlite_errorcode", None)
    return found
