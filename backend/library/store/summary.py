"""Counts for the person: by folder, by state, by missing model."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Container

from backend.contract.library import ItemState, LibrarySummary, ModelId, QueueSummary, Root
from backend.library.store.errors import NotFound
from backend.library.store.rows import root_of
from backend.library.store.settings import paused

_COUNTS = "SELECT root_id, state, count(*) AS n FROM items GROUP BY root_id, state"
_NEEDS = """
    SELECT n.value AS model, count(*) AS n FROM items i JOIN roots r ON r.id = i.root_id AND r.removed_at IS NULL, json_each(i.needs) n
    WHERE i.needs <> '[]' GROUP BY n.value
"""


def roots(db: sqlite3.Connection, scanning: Container[int]) -> list[Root]:
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in db.execute(_COUNTS):
        counts[row["root_id"]][row["state"]] = row["n"]
    rows = db.execute("SELECT * FROM roots WHERE removed_at IS NULL ORDER BY added_at, id")
    return [root_of(row, counts[row["id"]], row["id"] in scanning) for row in rows]


def root(db: sqlite3.Connection, root_id: int, scanning: Container[int]) -> Root:
    """One root, also a removed one within its grace. Raises NotFound."""
    row = db.execute("SELECT * FROM roots WHERE id = ?", (root_id,)).fetchone()
    if row is None:
        raise NotFound("folder")
    found = db.execute("SELECT state, count(*) AS n FROM items WHERE root_id = ? GROUP BY state", (root_id,))
    return root_of(row, {count["state"]: count["n"] for count in found}, root_id in scanning)


def queue(db: sqlite3.Connection) -> QueueSummary:
    states = Counter[str]()
    for row in db.execute(
        "SELECT state, count(*) AS n FROM items WHERE root_id IN (SELECT id FROM roots WHERE removed_at IS NULL) GROUP BY root_id, state"
    ):
        states[row["state"]] += row["n"]
    # Every item has one segment for its name, which is found by its words only.
    segments = db.execute("SELECT (SELECT count(*) FROM segments) - (SELECT count(*) FROM items)").fetchone()[0]
    embedded = db.execute("SELECT count(*) FROM embeddings").fetchone()[0]
    return QueueSummary(
        paused=paused(db),
        waiting=states[ItemState.WAITING],
        working=states[ItemState.WORKING],
        indexed=states[ItemState.INDEXED],
        failed=states[ItemState.FAILED],
        needs_model=states[ItemState.NEEDS_MODEL],
        waiting_for={ModelId(row["model"]): row["n"] for row in db.execute(_NEEDS)},
        to_embed=max(0, segments - embedded),
        embedded=embedded,
    )


def summary(db: sqlite3.Connection, scanning: Container[int]) -> LibrarySummary:
    return LibrarySummary(roots=roots(db, scanning), queue=queue(db))
