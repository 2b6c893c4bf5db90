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


def openers(db: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Processes that opened the library and did not close it: those that may be alive, and those that are no longer there."""
    living: list[str] = []
    dead: list[str] = []
    for row in db.execute("SELECT substr(key, ?) AS opener FROM meta WHERE key LIKE 'open/%'", (len(_OPENED) + 1,)):
        (dead if _is_dead(row["opener"]) else living).append(row["opener"])
    return living, dead


def _is_dead(opener: str) -> bool:
    try:
        return Owner.parse(opener).is_dead()
    except ValueError:
        # A name that no process has, as damage leaves it: the check that a dead one is cause for finds the rest.
        return True


def forget_openers(db: sqlite3.Connection) -> None:
    """In a copy, which nobody has open."""
    db.execute("DELETE FROM meta WHERE key LIKE 'open/%'")


def mark_open(db: sqlite3.Connection, opener: str) -> None:
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')", (_OPENED + opener,))


def mark_closed(db: sqlite3.Connection, opener: str) -> None:
    db.execute("DELETE FROM meta WHERE key = ?", (_OPENED + opener,))
