"""Files of the library: looked up, listed, and kept equal to what a scan saw."""

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.contract.api import ItemPage, ItemSort, SortOrder
from backend.contract.library import Item, ItemKind, ItemState, ModelId
from backend.library.scan import kinds
from backend.library.store import jobs, segments
from backend.library.store.errors import NotFound
from backend.library.store.results import IndexResult, Worker
from backend.library.store.rows import item_of

_VISIBLE = "FROM items i JOIN roots r ON r.id = i.root_id AND r.removed_at IS NULL"
_SORT = {
    ItemSort.NAME: "i.name COLLATE NOCASE {0}, i.path {0}",
    ItemSort.SIZE: "i.size {0}, i.name COLLATE NOCASE",
    ItemSort.MODIFIED: "i.mtime_ns {0}, i.name COLLATE NOCASE",
    ItemSort.STATE: (
        "CASE i.state WHEN 'working' THEN 0 WHEN 'failed' THEN 1 WHEN 'waiting' THEN 2 WHEN 'needs-model' THEN 3 ELSE 4 END {0}, "
        "i.name COLLATE NOCASE"
    ),
}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the library knows of a file. `content_hash` is of the indexed content, None while there is none."""

    id: int
    path: str
    kind: ItemKind
    size: int
    mtime_ns: int
    content_hash: str | None
    state: ItemState
    problem_code: str | None


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as a scan met it; `path` is relative to the root with '/'. Without `worker` its name is all there is to index."""

    path: str
    kind: ItemKind
    worker: Worker | None
    size: int
    mtime_ns: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def get(db: sqlite3.Connection, item_id: int) -> Item:
    """Raises NotFound."""
    row = db.execute(f"SELECT i.* {_VISIBLE} WHERE i.id = ?", (item_id,)).fetchone()
    if row is None:
        raise NotFound("file")
    return item_of(row)


def get_many(db: sqlite3.Connection, item_ids: Iterable[int]) -> dict[int, Item]:
    """Those that are there, by id, in the given order."""
    wanted = list(item_ids)
    rows = db.execute(f"SELECT i.* {_VISIBLE} WHERE i.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
    found = {row["id"]: item_of(row) for row in rows}
    return {item_id: found[item_id] for item_id in wanted if item_id in found}


def location(db: sqlite3.Connection, item_id: int) -> Path:
    """Absolute path, whether or not the file is there now. Raises NotFound."""
    row = db.execute(f"SELECT r.path AS root, i.path {_VISIBLE} WHERE i.id = ?", (item_id,)).fetchone()
    if row is None:
        raise NotFound("file")
    return Path(row["root"], row["path"])


def page(
    db: sqlite3.Connection,
    *,
    root: int | None,
    state: ItemState | None,
    kind: ItemKind | None,
    name: str | None,
    sort: ItemSort,
    order: SortOrder,
    offset: int,
    limit: int,
) -> ItemPage:
    conditions: dict[str, str | int] = {}
    if root is not None:
        conditions["i.root_id = ?"] = root
    if state is not None:
        conditions["i.state = ?"] = state
    if kind is not None:
        conditions["i.kind = ?"] = kind
    if name:
        escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        conditions["i.path LIKE ? ESCAPE '\\'"] = f"%{escaped}%"
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    values = tuple(conditions.values())
    total = db.execute(f"SELECT count(*) {_VISIBLE} {where}", values).fetchone()[0]
    direction = "ASC" if order is SortOrder.ASCENDING else "DESC"
    rows = db.execute(
        f"SELECT i.* {_VISIBLE} {where} ORDER BY {_SORT[sort].format(direction)}, i.id LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return ItemPage(items=[item_of(row) for row in rows], total=total, offset=offset)


def known(db: sqlite3.Connection, root_id: int) -> dict[str, KnownFile]:
    """Every file of a root by its path."""
    rows = db.execute(
        "SELECT id, path, kind, size, mtime_ns, content_hash, state, json_extract(problem, '$.code') AS code FROM items WHERE root_id = ?",
        (root_id,),
    )
    return {
        row["path"]: KnownFile(
            row["id"],
            row["path"],
            ItemKind(row["kind"]),
            row["size"],
            row["mtime_ns"],
            row["content_hash"],
            ItemState(row["state"]),
            row["code"],
        )
        for row in rows
    }


def put(db: sqlite3.Connection, root_id: int, seen: SeenFile) -> int:
    """A new file, or one whose content changed: findable by its name now, its content as soon as the job is done.

    The old content stays findable until then. A worker that holds the old job loses its lease.
    """
    state = ItemState.INDEXED if seen.worker is None else ItemState.WAITING
    row = db.execute(
        """
        INSERT INTO items (root_id, path, name, kind, size, mtime_ns, state, happened_at, indexed_at)
        VALUES (:root, :path, :name, :kind, :size, :mtime_ns, :state, :happened, CASE :state WHEN 'indexed' THEN :now END)
        ON CONFLICT (root_id, path) DO UPDATE SET
            kind = :kind, size = :size, mtime_ns = :mtime_ns, state = :state, happened_at = :happened,
            problem = NULL, needs = '[]', content_hash = NULL
        RETURNING id
        """,
        {
            "root": root_id,
            "path": seen.path,
            "name": seen.name,
            "kind": seen.kind,
            "size": seen.size,
            "mtime_ns": seen.mtime_ns,
            "state": state,
            "happened": seen.mtime_ns / 1e9,
            "now": time.time(),
        },
    ).fetchone()
    item_id = int(row["id"])
    segments.set_name(db, item_id, seen.name)
    if seen.worker is None:
        segments.clear(db, item_id)
        jobs.forget(db, item_id)
    else:
        jobs.enqueue(db, item_id, seen.worker)
    return item_id


def touch(db: sqlite3.Connection, item_id: int, mtime_ns: int) -> None:
    """Same content, new time: nothing to index again."""
    db.execute("UPDATE items SET mtime_ns = ? WHERE id = ?", (mtime_ns, item_id))


def move(db: sqlite3.Connection, moved: Mapping[int, SeenFile]) -> list[int]:
    """Same content at another path: segments stay, names change. Files may swap their paths; the ids that were moved."""
    # Paths are unique at every moment, so all leave their old one before any takes its new one.
    db.executemany("UPDATE items SET path = '/moving/' || id WHERE id = ?", ((item_id,) for item_id in moved))
    for item_id, seen in moved.items():
        db.execute(
            "UPDATE items SET path = ?, name = ?, mtime_ns = ? WHERE id = ?",
            (seen.path, seen.name, seen.mtime_ns, item_id),
        )
        segments.set_name(db, item_id, seen.name)
    return list(moved)


def delete(db: sqlite3.Connection, item_ids: Iterable[int]) -> None:
    db.executemany("DELETE FROM items WHERE id = ?", ((item_id,) for item_id in item_ids))


def set_thumbnail(db: sqlite3.Connection, item_id: int, has_thumbnail: bool) -> None:
    db.execute("UPDATE items SET has_thumbnail = ? WHERE id = ?", (has_thumbnail, item_id))


def retry(db: sqlite3.Connection, item_id: int) -> Item:
    """Index a file again from the start, ahead of the others. Raises NotFound."""
    item = get(db, item_id)
    worker = kinds.worker_of(item.kind)
    if worker is None:
        return item
    db.execute("UPDATE items SET state = ?, problem = NULL WHERE id = ?", (ItemState.WAITING, item_id))
    jobs.enqueue(db, item_id, worker, priority=1)
    return get(db, item_id)


def reindex(db: sqlite3.Connection, root_id: int) -> None:
    """A new job for every file of the root that has something to read."""
    for row in db.execute("SELECT id, kind FROM items WHERE root_id = ?", (root_id,)).fetchall():
        worker = kinds.worker_of(ItemKind(row["kind"]))
        if worker is not None:
            db.execute(
                "UPDATE items SET state = ?, problem = NULL, needs = '[]', content_hash = NULL WHERE id = ?",
                (ItemState.WAITING, row["id"]),
            )
            jobs.enqueue(db, row["id"], worker)


def set_indexed(db: sqlite3.Connection, item_id: int, result: IndexResult, needs: tuple[ModelId, ...], digest: str | None) -> None:
    facts = {
        "duration": result.duration,
        "pages": result.pages,
        "language": result.language,
        "image": None if result.image is None else result.image.model_dump(exclude_none=True),
    }
    db.execute(
        """
        UPDATE items SET state = ?, problem = NULL, needs = ?, facts = ?, happened_at = coalesce(?, mtime_ns / 1e9), indexed_at = ?,
            has_thumbnail = ?, content_hash = ?
        WHERE id = ?
        """,
        (
            ItemState.INDEXED,
            json.dumps(needs),
            json.dumps({key: value for key, value in facts.items() if value is not None}),
            result.happened_at,
            time.time(),
            result.has_thumbnail,
            digest,
            item_id,
        ),
    )


def set_needs_model(db: sqlite3.Connection, item_id: int, models: tuple[ModelId, ...]) -> None:
    db.execute("UPDATE items SET state = ?, needs = ? WHERE id = ?", (ItemState.NEEDS_MODEL, json.dumps(models), item_id))
