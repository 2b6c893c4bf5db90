"""When the disk or folder that holds the library is what failed: it may be right again in a moment, and nothing is lost until then."""

import errno
import sqlite3

from backend.contract.library import Problem

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
# The Python module's own error, which has no code.
_NO_TEXT = "Could not decode to UTF-8"


def storage_problem(error: BaseException) -> Problem | None:
    """What to tell, with the code `disk-full` or `library-unavailable`; None when the storage is not to blame."""
    code = primary_code(error)
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
    """Whether SQLite says that the file is damaged, or is no database; or a text is none: we write nothing but UTF-8."""
    return primary_code(error) in _DAMAGED or (isinstance(error, sqlite3.OperationalError) and str(error).startswith(_NO_TEXT))


def says_nothing_of_the_file(error: sqlite3.Error) -> bool:
    """Whether the storage failed, or the statement was cancelled: of whatever is in the file, another try may say more."""
    return storage_problem(error) is not None or is_interrupt(error)


def is_interrupt(error: sqlite3.Error) -> bool:
    """Whether a statement ended because it is no longer wanted."""
    return primary_code(error) == sqlite3.SQLITE_INTERRUPT


def primary_code(error: BaseException) -> int | None:
    """SQLite's result code, without what extends it; None of errors that are none of SQLite, or of the Python module itself."""
    found = _extended_code(error)
    return None if found is None else found & 0xFF


def _extended_code(error: BaseException) -> int | None:
    found: int | None = getattr(error, "sqlite_errorcode", None)
    return found
