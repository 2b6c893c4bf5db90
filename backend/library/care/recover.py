"""A library that is damaged or gone is made again: its folders, and of its results whatever can be read whole."""

import logging
import sqlite3
import time
from pathlib import Path

from backend.contract.events import CareOutcome, LibraryCareEnded
from backend.contract.library import Problem
from backend.durable import sync_file
from backend.library.care.files import exclusively, forget_thumbnails, kept_as, open_copy
from backend.library.care.inspection import inspect
from backend.library.care.salvage import Salvage
from backend.library.care.work import Work
from backend.library.store import LibraryLost, LibraryMissing, RootRefused, folders, roots, settings
from backend.library.store.folders import Folder
from backend.library.store.migrations import migrate
from backend.library.store.replacement import DATABASE, replace_library
from backend.library.store.storage import is_damage

log = logging.getLogger(__name__)

# Of a folder whose disk nobody remembers: unlike any device, so that an empty place where a disk belongs deletes nothing.
_UNKNOWN_DEVICE = "unknown"


def recover(data_dir: Path, work: Work) -> LibraryCareEnded:
    """Nothing to do for a library that is well. Else what is there of it is kept under another name.

    Raises CareError, LibraryTooNew, Cancelled, OSError, sqlite3.Error; everything is then as it was.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    with exclusively(data_dir) as new:
        matter, count = inspect(data_dir, work)
        if matter is None:
            return LibraryCareEnded(task=work.task, outcome=CareOutcome.NOTHING_TO_DO, folders=count)
        log.warning("%s: %s", matter.problem.code, matter.problem.detail)
        database = data_dir / DATABASE
        listed, unreadable = _listed(data_dir)
        present, taken = _make(database, new, listed, work)
        sync_file(new)
        work.check()
        forget_thumbnails(data_dir, but=taken)
        kept = kept_as(data_dir, "damaged")
        had_file = database.exists()
        replace_library(data_dir, new, kept)
        if unreadable:
            (data_dir / folders.FILE).replace(kept.with_name(f"folders{kept.stem.removeprefix('library')}.json"))
        folders.write(data_dir, present)
    return LibraryCareEnded(
        task=work.task,
        outcome=CareOutcome.DONE,
        problem=_told(matter, len(present), len(taken), had_file),
        file=str(kept) if had_file else None,
        folders=len(present),
        kept=len(taken),
    )


def _listed(data_dir: Path) -> tuple[list[Folder], bool]:
    """The list outside the database, and whether there is one that cannot be read."""
    try:
        return folders.read(data_dir) or [], False
    except folders.FoldersUnreadable:
        log.exception("the list of folders is of no use")
        return [], True


def _make(database: Path, new: Path, listed: list[Folder], work: Work) -> tuple[list[Folder], set[int]]:
    """Write a new library; its folders, and the ids of items that were taken over."""
    with work.using(open_copy(new)) as db:
        migrate(db)
        taken: set[int] = set()
        removed: set[int] = set()
        if database.exists() and database.stat().st_size:
            try:
                # Not written to: it is kept as it is.
                with work.using(_open_damaged(database)) as old:
                    salvage = Salvage(old, work)
                    present, devices, removed = salvage.folders()
                    # The list was written whole; a path in a damaged database may be half of one.
                    present.update({folder.id: folder for folder in listed})
                    _add_folders(db, present, devices, removed)
                    settings.set_paused(db, salvage.paused())
                    taken = salvage.take_over(db, {folder.id for folder in folders.of_library(db)}, database.stat().st_size)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                log.info("nothing can be read of %s: %s", database, error)
        _add_folders(db, {folder.id: folder for folder in listed}, {}, removed)
        return folders.of_library(db), taken


def _open_damaged(database: Path) -> sqlite3.Connection:
    log_file = database.with_name(f"{database.name}-wal")
    # Who may only read leaves a log behind, so none is begun where there is nothing in one.
    immutable = not log_file.exists() or log_file.stat().st_size == 0
    db = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable={int(immutable)}", uri=True, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    return db


def _add_folders(db: sqlite3.Connection, wanted: dict[int, Folder], devices: dict[int, str], removed: set[int]) -> None:
    for folder in sorted(wanted.values(), key=lambda folder: folder.added_at):
        if folder.id in removed or db.execute("SELECT 1 FROM roots WHERE id = ?", (folder.id,)).fetchone():
            continue
        try:
            roots.refuse_overlap(db, Path(folder.path))
        except RootRefused as error:
            log.info("left out: %s", error)
            continue
        db.execute(
            "INSERT INTO roots (id, path, added_at, scanned_at, device) VALUES (?, ?, ?, ?, ?)",
            (folder.id, folder.path, folder.added_at, time.time(), devices.get(folder.id, _UNKNOWN_DEVICE)),
        )


def _told(matter: LibraryLost, folder_count: int, kept_count: int, had_file: bool) -> Problem:
    gone = isinstance(matter, LibraryMissing)
    what = "was gone" if gone else "was damaged"
    sentences = [f"The library's database {what}, so a new one was made."]
    if folder_count == 0:
        sentences.append("The list of your folders could not be read.")
    elif kept_count:
        files = "1 file" if kept_count == 1 else f"{kept_count} files"
        sentences.append(f"What it knew of {files} was kept; the others are indexed again.")
    else:
        sentences.append("Your folders are indexed again.")
    if had_file:
        sentences.append("The damaged database was kept." if not gone else "What was in its place was kept.")
    return Problem(
        code=matter.problem.code,
        message=" ".join(sentences),
        next_step="Add your folders again." if folder_count == 0 else "Your own files are not affected. There is nothing to do.",
        detail=matter.problem.detail,
    )
