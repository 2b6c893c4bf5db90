"""A consistent copy of a library, while whoever has it open goes on writing."""

import os
import sqlite3
from pathlib import Path

import psutil

from backend.contract.events import CareOutcome, LibraryCareEnded
from backend.durable import sync_file, sync_folder
from backend.library.care.files import open_copy
from backend.library.care.problems import is_the_library, no_library, not_written
from backend.library.care.work import Work
from backend.library.store import folders, jobs, settings
from backend.library.store.check import check, require_tables
from backend.library.store.connection import connect
from backend.library.store.opening import is_blank, refuse_newer
from backend.library.store.replacement import DATABASE, complete_replacement
from backend.library.store.storage import primary_code

_PART = ".part"
_OF_SQLITE = ("", "-journal")


def back_up(data_dir: Path, target: Path, work: Work) -> LibraryCareEnded:
    """Write the library to `target`, which holds the whole new backup at the end, and until then what it held before.

    Raises CareError, LibraryError (too new, damaged), Cancelled, OSError, sqlite3.Error.
    """
    complete_replacement(data_dir)
    database = data_dir / DATABASE
    refuse_newer(database)
    if not database.exists() or database.stat().st_size == 0:
        raise no_library(data_dir)
    target = _resolved(target)
    if target.exists() and target.samefile(database):
        raise is_the_library(target)
    if target.parent == data_dir.resolve() and target.name.startswith(DATABASE):
        raise is_the_library(target)
    part = _new_part(target)
    try:
        _copy(database, part, target, work)
        count = _finish(part, work)
        work.check()
        try:
            sync_file(part)
            part.replace(target)
            sync_folder(target.parent)
        except OSError as error:
            raise not_written(target, error) from error
    finally:
        for suffix in _OF_SQLITE:
            part.with_name(f"{part.name}{suffix}").unlink(missing_ok=True)
    return LibraryCareEnded(task=work.task, outcome=CareOutcome.DONE, file=str(target), folders=count)


def _resolved(target: Path) -> Path:
    try:
        resolved = target.expanduser().absolute()
        resolved = resolved.parent.resolve(strict=True) / resolved.name
        if resolved.is_dir():
            raise IsADirectoryError(f"{resolved} is a folder")
    except (OSError, ValueError, RuntimeError) as error:
        raise not_written(target, error if isinstance(error, OSError) else OSError(str(error))) from error
    return resolved


def _new_part(target: Path) -> Path:
    """An empty file beside `target`. Those of backups that were killed are removed."""
    prefix = f".{target.name}."
    try:
        for path in target.parent.iterdir():
            if path.name.startswith(prefix):
                pid, part_suffix, of_sqlite = path.name.removeprefix(prefix).partition(_PART)
                if part_suffix and of_sqlite in _OF_SQLITE and pid.isdecimal() and not psutil.pid_exists(int(pid)):
                    path.unlink(missing_ok=True)
        part = target.with_name(f"{prefix}{os.getpid()}{_PART}")
        with part.open("wb"):
            return part
    except OSError as error:
        raise not_written(target, error) from error


def _copy(database: Path, part: Path, target: Path, work: Work) -> None:
    with work.using(connect(database, create=False)) as db:
        if is_blank(db):
            raise no_library(database.parent)
        require_tables(db)
        work.total = int(db.execute("PRAGMA page_count").fetchone()[0]) * int(db.execute("PRAGMA page_size").fetchone()[0])
        # One read transaction from beginning to end, which sees one state and holds no writer up. The backup API in steps begins anew
        # with every commit of another process, so it never ends beside two that write; in one step it cannot be cancelled. And
        # this leaves out what was deleted.
        work.follow(part)
        try:
            db.execute("VACUUM INTO ?", (str(part),))
        except sqlite3.OperationalError as error:
            if primary_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
                raise not_written(target, error) from error
            raise


def _finish(part: Path, work: Work) -> int:
    """Take out what belongs to the processes that run now, and read all of it once; the number of folders."""
    with work.using(open_copy(part)) as db:
        forget_processes(db)
        check(db, index=False)
        return len(folders.of_library(db))


def forget_processes(db: sqlite3.Connection) -> None:
    """A copy is open nowhere, and nobody works on its files."""
    db.execute("BEGIN IMMEDIATE")
    settings.forget_openers(db)
    jobs.forget_leases(db)
    db.execute("COMMIT")
