"""Small facts about the library itself, kept in `meta`."""

import sqlite3

from backend.library.store.owner import Owner

_OPENED = "open/"


def paused(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM meta WHERE key = 'paused'").fetchone() is not None


def set_paused(db: sqlite3.Connection, value: bool) -> None:
    if value:
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('paused', '1')")
    else:
        db.execute("DELETE FROM meta WHERE key = 'paused'")


def crashed_openers(db: sqlite3.Connection) -> list[str]:
    """Processes that opened the library, did not close it, and are no longer there."""
    rows = db.execute("SELECT substr(key, ?) AS owner FROM meta WHERE key LIKE 'open/%'", (len(_OPENED) + 1,))
    return [row["owner"] for row in rows if Owner.parse(row["owner"]).is_dead()]


def mark_open(db: sqlite3.Connection, opener: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')", (_OPENED + opener,))


def mark_closed(db: sqlite3.Connection, opener: str) -> None:
    db.execute("DELETE FROM meta WHERE key = ?", (_OPENED + opener,))
