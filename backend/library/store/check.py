"""Is the database as it should be? Read whole, which takes seconds for a large library."""

import sqlite3

from backend.library.store.errors import LibraryDamaged
from backend.library.store.storage import is_damage, says_nothing_of_the_file

TABLES = {"meta", "roots", "items", "segments", "segments_fts", "embeddings", "jobs"}
_TEXTS = ("SELECT * FROM meta", "SELECT * FROM roots", "SELECT * FROM items", "SELECT text FROM segments")


def require_tables(db: sqlite3.Connection) -> None:
    """Raises LibraryDamaged when this is some other database than a library."""
    missing = TABLES - {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if missing:
        raise LibraryDamaged(f"it has no table {', '.join(sorted(missing))}")


def check(db: sqlite3.Connection, *, index: bool) -> None:
    """Pages, rows, references, texts, and with `index` that the full-text index says what the segments say. Raises LibraryDamaged.

    The check of the index takes the write lock for as long as it lasts.
    """
    found = [row[0] for row in db.execute("PRAGMA quick_check(5)")]
    if found != ["ok"]:
        raise LibraryDamaged("; ".join(found))
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise LibraryDamaged(f"a row of {broken[0]} refers to a missing row of {broken[2]}")
    _require_texts(db)
    if index:
        try:
            db.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if says_nothing_of_the_file(error):
                raise
            raise LibraryDamaged(f"the full-text index does not fit the text: {error}") from error


def _require_texts(db: sqlite3.Connection) -> None:
    """SQLite does not look into a text, and whoever reads one that is no UTF-8 fails. Raises LibraryDamaged."""
    try:
        for query in _TEXTS:
            for _ in db.execute(query):
                pass
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        raise LibraryDamaged(str(error)) from error
