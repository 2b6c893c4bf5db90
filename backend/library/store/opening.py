"""What happens to a database before it is worked with: looked at, checked, migrated, freed of what the dead have left."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from backend.library.store import crash_record, folders, jobs, settings
from backend.library.store.check import check, require_tables
from backend.library.store.connection import connect
from backend.library.store.errors import LibraryDamaged, LibraryMissing, LibraryTooNew
from backend.library.store.migrations import migrate, newest, version
from backend.library.store.owner import Owner
from backend.library.store.replacement import DATABASE, complete_replacement
from backend.library.store.storage import is_damage
from backend.library.store.version import stored_version

log = logging.getLogger(__name__)


def prepare(data_dir: Path, opener: str) -> list[int]:
    """Leave a database of the newest version that `opener` has open; the ids of items that the dead had in hand.

    Raises as `Library.open` does.
    """
    complete_replacement(data_dir)
    path = data_dir / DATABASE
    refuse_newer(path)
    if not path.exists() or path.stat().st_size == 0:
        require_no_folders(data_dir, f"{path} is {'empty' if path.exists() else 'not there'}")
    try:
        with closing(connect(path)) as db:
            if is_blank(db):
                require_no_folders(data_dir, f"{path} holds no tables")
            else:
                require_tables(db)
                if version(db) == 0:
                    raise LibraryDamaged("it has tables of an unknown version")
            living, dead = settings.openers(db) if version(db) else ([], [])
            if dead:
                log.info("the last run did not close the library, so it is checked")
                # The index's check holds up every writer, and where a process lives its writes are whole.
                check(db, index=not living)
            migrate(db)
            db.execute("BEGIN IMMEDIATE")
            for marker in dead:
                settings.mark_closed(db, marker)
            settings.mark_open(db, opener)
            owners, freed = release_dead(db, data_dir)
            db.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise LibraryDamaged(str(error)) from error
        raise
    crash_record.forget(data_dir, owners)
    return freed


def refuse_newer(path: Path) -> None:
    """Raises LibraryTooNew, before anything is written to the database or beside it."""
    found = stored_version(path) if path.exists() else None
    if found is not None and found > newest():
        raise LibraryTooNew(found, newest())


def require_no_folders(data_dir: Path, detail: str) -> None:
    """A library that is not there is a first start, unless folders had been added. Raises LibraryMissing."""
    try:
        known = folders.read(data_dir)
    except folders.FoldersUnreadable as error:
        raise LibraryMissing(f"{detail}; {error}") from error
    if known:
        raise LibraryMissing(detail)


def is_blank(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def release_dead(db: sqlite3.Connection, data_dir: Path) -> tuple[set[Owner], list[int]]:
    """Free the leases of dead processes; these, and the ids of their items. A file that was in hand at a crash is blamed for it."""
    owners = set(jobs.dead_owners(db))
    freed = [item_id for owner in owners for item_id in jobs.release_owner(db, owner, crashed=crash_record.proves_crash(data_dir, owner))]
    return owners, freed
