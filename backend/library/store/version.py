"""The schema's version as a file says it, found without a change to it or beside it: opening a log would write one."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

log = logging.getLogger(__name__)

# https://www.sqlite.org/fileformat2.html, 1.3 (the database's header) and 4 (the log).
_LOG_MAGIC = {0x377F0682, 0x377F0683}
_LOG_HEADER = 32
_FRAME_HEADER = 24
_VERSION = slice(60, 64)


def stored_version(database: Path) -> int | None:
    """`user_version`, what is committed in the log included; None when it takes SQLite's own recovery to know."""
    in_log = _version_in_log(database.with_name(f"{database.name}-wal"))
    if in_log is not None:
        return in_log
    try:
        # By SQLite, not by reading the file: a process that closes a file loses its locks on it, also those of its other connections.
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as error:
        log.info("the version of %s is not to be seen: %s", database, error)
        return None


def _version_in_log(path: Path) -> int | None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return None
    with stream:
        header = stream.read(_LOG_HEADER)
        if len(header) < _LOG_HEADER or _number(header[:4]) not in _LOG_MAGIC:
            return None
        page_size, salts = _number(header[8:12]), header[16:24]
        committed = written = None
        # Frames of an earlier round of the log have other salts, and end this one.
        while len(frame := stream.read(_FRAME_HEADER)) == _FRAME_HEADER and frame[8:16] == salts:
            page = stream.read(page_size)
            if _number(frame[:4]) == 1 and len(page) == page_size:
                written = _number(page[_VERSION])
            if _number(frame[4:8]):
                committed = written
        return committed


def _number(four_bytes: bytes) -> int:
    return int.from_bytes(four_bytes, "big")
