"""A backup becomes the library; the present one is kept beside it."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from backend.contract.events import CareOutcome, LibraryCareEnded
from backend.durable import sync_file
from backend.library.care.backup import forget_processes
from backend.library.care.files import exclusively, forget_thumbnails, kept_as, open_copy
from backend.library.care.inspection import require_closed
from backend.library.care.problems import backup_damaged, is_the_library, not_a_library, not_read
from backend.library.care.work import Work
from backend.library.store import LibraryDamaged, folders
from backend.library.store.check import check, require_tables
from backend.library.store.migrations import version
from backend.library.store.opening import refuse_newer
from backend.library.store.replacement import DATABASE, replace_library
from backend.library.store.storage import is_damage, primary_code

log = logging.getLogger(__name__)

_CHUNK = 1 << 20


def restore(data_dir: Path, source: Path, work: Work) -> LibraryCareEnded:
    """`source` stays as it is; a backup of an older version is migrated when the library is opened next.

    Raises CareError, LibraryTooNew, Cancelled, OSError, sqlite3.Error; the library is then as it was.
    """
    data_dir = data_dir.resolve()
    database = data_dir / DATABASE
    source = source.expanduser().absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    with exclusively(data_dir) as new:
        if database.exists() and source.exists() and source.samefile(database):
            raise is_the_library(source)
        _bring(source, new, work)
        present = _accept(source, new, work)
        require_closed(data_dir, work)
        same = _same_items(database, new)
        work.check()
        forget_thumbnails(data_dir, but=same)
        kept = kept_as(data_dir, "before-restore") if database.exists() else None
        replace_library(data_dir, new, kept or kept_as(data_dir, "before-restore"))
        folders.write(data_dir, present)
    return LibraryCareEnded(task=work.task, outcome=CareOutcome.DONE, file=None if kept is None else str(kept), folders=len(present))


def _bring(source: Path, new: Path, work: Work) -> None:
    """Copy the backup, and the log of one that was copied by hand together with it."""
    log_file = source.with_name(f"{source.name}-wal")
    try:
        if not source.is_file():
            raise FileNotFoundError(f"{source} is no file")
        refuse_newer(source)
        work.total = source.stat().st_size + (log_file.stat().st_size if log_file.is_file() else 0)
    except OSError as error:
        raise not_read(source, error) from error
    _copy(source, new, work)
    if log_file.is_file():
        _copy(log_file, new.with_name(f"{new.name}-wal"), work)


def _copy(source: Path, target: Path, work: Work) -> None:
    with target.open("wb") as writing:
        for chunk in _chunks(source):
            writing.write(chunk)
            work.done += len(chunk)
            work.check()


def _chunks(source: Path) -> Iterator[bytes]:
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise not_read(source, error) from error


def _accept(source: Path, new: Path, work: Work) -> list[folders.Folder]:
    """The folders of a copy that was read whole and is a library. Raises CareError."""
    try:
        with work.using(open_copy(new)) as db:
            try:
                require_tables(db)
            except LibraryDamaged as error:
                raise not_a_library(source, error.problem.detail or "") from error
            if version(db) == 0:
                raise not_a_library(source, "it has no version")
            try:
                check(db, index=True)
            except LibraryDamaged as error:
                raise backup_damaged(source, error.problem.detail or "") from error
            forget_processes(db)
            present = folders.of_library(db)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        if primary_code(error) == sqlite3.SQLITE_NOTADB:
            raise not_a_library(source, str(error)) from error
        raise backup_damaged(source, str(error)) from error
    sync_file(new)
    return present


def _same_items(database: Path, new: Path) -> set[int]:
    """Ids that mean the same file in both libraries: their thumbnails stay."""
    identity = "SELECT i.id, r.path, i.path, i.size, i.mtime_ns FROM items i JOIN roots r ON r.id = i.root_id"
    found: list[set[tuple[object, ...]]] = []
    for path in (database, new):
        if not path.exists():
            return set()
        # Not read-only: the last to close a log takes it away, and who may not write leaves it.
        with closing(sqlite3.connect(path)) as db:
            try:
                found.append(set(db.execute(identity).fetchall()))
            except sqlite3.DatabaseError:
                log.exception("which thumbnails still fit cannot be known, so all are made again")
                return set()
    return {int(str(row[0])) for row in found[0] & found[1]}
