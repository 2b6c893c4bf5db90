"""What is the matter with a library, found by reading all of it."""

import logging
import sqlite3
from pathlib import Path

from backend.library.care.problems import in_use
from backend.library.care.work import Work
from backend.library.store import LibraryDamaged, LibraryLost, folders, settings
from backend.library.store.check import check, require_tables
from backend.library.store.connection import connect
from backend.library.store.opening import is_blank, refuse_newer, require_no_folders
from backend.library.store.replacement import DATABASE
from backend.library.store.storage import is_damage

log = logging.getLogger(__name__)


def inspect(data_dir: Path, work: Work) -> tuple[LibraryLost | None, int]:
    """What is the matter, None when nothing is; and the number of folders of a good library.

    Raises CareError while a process has it open, LibraryTooNew, Cancelled, OSError, sqlite3.Error (the disk, not the file).
    """
    database = data_dir / DATABASE
    try:
        refuse_newer(database)
        if not database.exists() or database.stat().st_size == 0:
            require_no_folders(data_dir, f"{database} is {'empty' if database.exists() else 'not there'}")
            return None, 0
        with work.using(connect(database, create=False)) as db:
            if is_blank(db):
                require_no_folders(data_dir, f"{database} holds no tables")
                return None, 0
            require_tables(db)
            _require_closed(db)
            check(db, index=True)
            return None, len(folders.of_library(db))
    except LibraryLost as error:
        return error, 0
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return LibraryDamaged(str(error)), 0
        raise


def require_closed(data_dir: Path, work: Work) -> None:
    """Raises CareError while a process has the library open, as far as that can be read of it."""
    database = data_dir / DATABASE
    if not database.exists() or database.stat().st_size == 0:
        return
    try:
        with work.using(connect(database, create=False)) as db:
            if not is_blank(db):
                _require_closed(db)
                # So that what is kept of it is one file.
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.DatabaseError:
        log.exception("who has the present library open cannot be read")


def _require_closed(db: sqlite3.Connection) -> None:
    living, _ = settings.openers(db)
    if living:
        raise in_use(", ".join(living))
