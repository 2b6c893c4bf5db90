"""The folders that a person added. Removing hides at once and deletes later, so that it can be undone."""

import os
import sqlite3
import time
from pathlib import Path

from backend.contract.library import ItemState, Problem
from backend.library.store.errors import (
    NotFound,
    RootAlreadyAdded,
    RootContainsAnother,
    RootInsideAnother,
    RootNotAFolder,
    RootUnreadable,
)
from backend.library.store.rows import ROOT_UNREACHABLE

BATCH = 500


def resolve(path: str | os.PathLike[str]) -> Path:
    """The folder itself, links followed. Raises RootNotAFolder, RootUnreadable."""
    text = os.fspath(path)
    try:
        folder = Path(text).expanduser().resolve(strict=True)
        if not text.strip() or not folder.is_dir():
            raise RootNotAFolder(text)
        with os.scandir(folder):
            return folder
    except (FileNotFoundError, NotADirectoryError, ValueError, RuntimeError) as error:
        raise RootNotAFolder(text) from error
    except OSError as error:
        raise RootUnreadable(text, error) from error


def add(db: sqlite3.Connection, folder: Path) -> int:
    """Add a resolved folder, or take back its removal. Raises RootAlreadyAdded, RootInsideAnother, RootContainsAnother."""
    removed = db.execute("SELECT id FROM roots WHERE path = ? AND removed_at IS NOT NULL", (str(folder),)).fetchone()
    if removed is not None:
        restore(db, removed["id"])
        return int(removed["id"])
    refuse_overlap(db, folder)
    cursor = db.execute("INSERT INTO roots (path, added_at) VALUES (?, ?)", (str(folder), time.time()))
    return int(cursor.lastrowid or 0)


def remove(db: sqlite3.Connection, root_id: int) -> None:
    """Hide a root; the leases on its jobs end. Raises NotFound."""
    if db.execute("UPDATE roots SET removed_at = ? WHERE id = ? AND removed_at IS NULL", (time.time(), root_id)).rowcount == 0:
        raise NotFound("folder")
    db.execute(
        "UPDATE jobs SET owner = NULL, expires_at = NULL WHERE item_id IN (SELECT id FROM items WHERE root_id = ?)",
        (root_id,),
    )
    db.execute("UPDATE items SET state = ? WHERE root_id = ? AND state = ?", (ItemState.WAITING, root_id, ItemState.WORKING))


def restore(db: sqlite3.Connection, root_id: int) -> None:
    """Take back a removal. Raises NotFound once it is purged, RootInsideAnother and RootContainsAnother."""
    row = db.execute("SELECT path, removed_at FROM roots WHERE id = ?", (root_id,)).fetchone()
    if row is None:
        raise NotFound("folder")
    if row["removed_at"] is None:
        return
    refuse_overlap(db, Path(row["path"]))
    db.execute("UPDATE roots SET removed_at = NULL WHERE id = ?", (root_id,))


def purgeable(db: sqlite3.Connection, grace: float) -> list[int]:
    """Roots removed more than `grace` seconds ago, or, by a clock that was set back, as far in the future."""
    now = time.time()
    rows = db.execute("SELECT id FROM roots WHERE removed_at NOT BETWEEN ? AND ?", (now - grace, now + grace)).fetchall()
    return [row["id"] for row in rows]


def purge_batch(db: sqlite3.Connection, root_id: int) -> list[int]:
    """Delete up to BATCH items of a removed root, and at last the root; the deleted item ids. Empty when it is gone.

    In batches, so that no other writer waits long for a large root.
    """
    rows = db.execute(
        "SELECT i.id FROM items i JOIN roots r ON r.id = i.root_id WHERE r.id = ? AND r.removed_at IS NOT NULL LIMIT ?",
        (root_id, BATCH),
    ).fetchall()
    ids = [row["id"] for row in rows]
    db.executemany("DELETE FROM items WHERE id = ?", ((item_id,) for item_id in ids))
    if not ids:
        db.execute("DELETE FROM roots WHERE id = ? AND removed_at IS NOT NULL", (root_id,))
    return ids


def path_of(db: sqlite3.Connection, root_id: int) -> Path:
    """Raises NotFound, for removed roots too."""
    row = db.execute("SELECT path FROM roots WHERE id = ? AND removed_at IS NULL", (root_id,)).fetchone()
    if row is None:
        raise NotFound("folder")
    return Path(row["path"])


def device_of(db: sqlite3.Connection, root_id: int) -> str | None:
    """Device that the root lay on at its last complete scan."""
    row = db.execute("SELECT device FROM roots WHERE id = ?", (root_id,)).fetchone()
    return None if row is None else row["device"]


def unreachable(folder: Path) -> Problem:
    return Problem(
        code=ROOT_UNREACHABLE,
        message=f"“{folder}” cannot be reached, so nothing new is indexed from it. What is indexed stays searchable.",
        next_step="Connect its disk, or check that the folder was not renamed or moved.",
    )


def set_problem(db: sqlite3.Connection, root_id: int, problem: Problem | None) -> None:
    text = None if problem is None else problem.model_dump_json()
    db.execute("UPDATE roots SET problem = ? WHERE id = ? AND problem IS NOT ?", (text, root_id, text))


def set_scanned(db: sqlite3.Connection, root_id: int, device: str) -> None:
    db.execute("UPDATE roots SET scanned_at = ?, device = ? WHERE id = ?", (time.time(), device, root_id))


def refuse_overlap(db: sqlite3.Connection, folder: Path) -> None:
    """Raises RootAlreadyAdded, RootInsideAnother, RootContainsAnother."""
    for row in db.execute("SELECT path FROM roots WHERE removed_at IS NULL"):
        other = Path(row["path"])
        if _same(folder, other):
            raise RootAlreadyAdded(other)
        if any(_same(parent, other) for parent in folder.parents):
            raise RootInsideAnother(folder, other)
        if any(_same(parent, folder) for parent in other.parents):
            raise RootContainsAnother(folder, other)


def _same(a: Path, b: Path) -> bool:
    if os.path.normcase(a) == os.path.normcase(b):
        return True
    try:
        # File systems that ignore case hold one folder under several spellings.
        return str(a).casefold() == str(b).casefold() and a.samefile(b)
    except OSError:
        return False
