"""Segments of an item: pages of them, and the one place that writes them."""

import sqlite3
from collections.abc import Sequence

from backend.contract.api import SegmentPage
from backend.contract.library import SegmentKind
from backend.library.store.errors import NotFound
from backend.library.store.names import name_text
from backend.library.store.results import NewSegment
from backend.library.store.rows import segment_of


def page(db: sqlite3.Connection, item_id: int, kind: SegmentKind | None, around: int | None, offset: int, limit: int) -> SegmentPage:
    """Segments in order, without the name. `around` (a segment id) takes the page that holds it in place of `offset`.

    Raises NotFound when `around` is not, or no longer, a segment of this item.
    """
    where = "item_id = ? AND kind = ?" if kind is not None else "item_id = ? AND kind <> ?"
    values = (item_id, kind if kind is not None else SegmentKind.NAME)
    total = db.execute(f"SELECT count(*) FROM segments WHERE {where}", values).fetchone()[0]
    if around is not None:
        place = db.execute(f"SELECT ordinal FROM segments WHERE {where} AND id = ?", (*values, around)).fetchone()
        if place is None:
            raise NotFound("place")
        before = db.execute(f"SELECT count(*) FROM segments WHERE {where} AND ordinal < ?", (*values, place["ordinal"])).fetchone()[0]
        offset = before // limit * limit
    rows = db.execute(f"SELECT * FROM segments WHERE {where} ORDER BY ordinal LIMIT ? OFFSET ?", (*values, limit, offset))
    return SegmentPage(segments=[segment_of(row) for row in rows], total=total, offset=offset)


def replace(db: sqlite3.Connection, item_id: int, segments: Sequence[NewSegment]) -> None:
    """The item's content becomes exactly `segments`; embeddings of the old ones go with them, the name stays."""
    clear(db, item_id)
    db.executemany(
        'INSERT INTO segments (item_id, ordinal, kind, text, page, line, start, "end", language, score) VALUES (?,?,?,?,?,?,?,?,?,?)',
        (
            (item_id, ordinal, s.kind, storable(s.text), s.page, s.line, s.start, s.end, s.language, s.score)
            for ordinal, s in enumerate(segments, 1)
        ),
    )


def clear(db: sqlite3.Connection, item_id: int) -> None:
    db.execute("DELETE FROM segments WHERE item_id = ? AND kind <> ?", (item_id, SegmentKind.NAME))


def set_name(db: sqlite3.Connection, item_id: int, name: str) -> None:
    """Make the item findable by its name; the old name's segment goes."""
    db.execute("DELETE FROM segments WHERE item_id = ? AND kind = ?", (item_id, SegmentKind.NAME))
    db.execute(
        "INSERT INTO segments (item_id, ordinal, kind, text) VALUES (?, 0, ?, ?)",
        (item_id, SegmentKind.NAME, name_text(name)),
    )


def storable(text: str) -> str:
    """SQLite stores UTF-8 and its text functions stop at NUL; broken files bring lone surrogates and NULs."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
