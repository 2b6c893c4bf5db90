"""Is the database as it should be? Read whole, which takes seconds for a large library."""

import sqlite3

from backend.library.store.errors import LibraryDamaged
from backend.library.store.storage import storage_problem

TABLES = {"meta", "roots", "items", "segments", "segments_fts", "embeddings", "jobs"}


def require_tables(db: sqlite3.Connection) -> None:
    """Raises LibraryDamaged when this is some other database than a library."""
    missing = TABLES - {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if missing:
        raise LibraryDamaged(f"it has no table {', '.join(sorted(missing))}")


def check(db: sqlite3.Connection, *, index: bool) -> None:
    """Pages, rows, references, and with `index` that the full-text index says what the segments say. Raises LibraryDamaged.

    The check of the index takes the write lock for as long as it lasts.
    """
    found = [row[0] for row in db.execute("PRAGMA quick_check(5)")]
    if found != ["ok"]:
        raise LibraryDamaged("; ".join(found))
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise LibraryDamaged(f"a row of {broken[0]} refers to a missing row of {broken[2]}")
    if index:
        try:
            db.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if storage_problem(error) is not None or error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise
            raise LibraryDamaged(f"the full-text index does not fit the text: {error}") from error
