"""Numbered migrations, `backend/library/migrations/NNNN_name.sql`, each in one transaction; `user_version` says which ran."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from backend.library.store.errors import LibraryTooNew

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def available(folder: Path = MIGRATIONS) -> dict[int, Path]:
    """Migrations by number, 1 to n. Raises ValueError when one is missing, doubled or misnamed."""
    found: dict[int, Path] = {}
    for path in sorted(folder.glob("*.sql")):
        match = re.match(r"(\d{4})_\w+$", path.stem)
        if match is None or int(match[1]) in found:
            raise ValueError(f"misnamed or doubled migration {path.name}")
        found[int(match[1])] = path
    if list(found) != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered without gaps: {list(found)}")
    return found


def newest() -> int:
    """The version that this program writes."""
    return len(available())


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, folder: Path = MIGRATIONS) -> int:
    """Bring `db` to the newest version and return it. Raises LibraryTooNew; on any failure the last good version stays."""
    steps = available(folder)
    last = len(steps)
    while True:
        if version(db) > last:
            raise LibraryTooNew(version(db), last)
        db.execute("BEGIN IMMEDIATE")
        try:
            # Read again under the lock: another process may have migrated meanwhile.
            current = version(db)
            if current < last:
                for statement in _statements(steps[current + 1].read_text(encoding="utf-8")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {current + 1}")
        except BaseException:
            # After a full disk SQLite has done so by itself.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
        if current >= last - 1:
            return max(current, last)


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit the transaction it is called in.
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if re.sub(r"--[^\n]*", "", pending).strip():
        raise ValueError(f"unfinished statement at the end of a migration: {pending.strip()[:80]}")
