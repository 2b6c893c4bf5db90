"""A library that tests fill by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.contract.library import ItemKind, SegmentKind
from backend.library.store import Library


@dataclass
class Shelf:
    """A library that is filled by hand: items and segments as the workers would have written them."""

    library: Library
    folder: Path

    def add_root(self, name: str = "root") -> int:
        path = self.folder / name
        path.mkdir()
        return self.library.add_root(path).id

    def add(
        self,
        root_id: int,
        name: str,
        texts: Sequence[str],
        kind: ItemKind = ItemKind.DOCUMENT,
        segment_kind: SegmentKind = SegmentKind.TEXT,
        happened_at: float = 0.0,
        starts: Sequence[float] | None = None,
    ) -> int:
        with self.library.transaction() as db:
            item_id = db.execute(
                """
                INSERT INTO items (root_id, path, name, kind, size, mtime_ns, state, happened_at)
                VALUES (?, ?, ?, ?, 1, 1, 'indexed', ?)
                """,
                (root_id, name, name, kind, happened_at),
            ).lastrowid
            assert item_id is not None
            db.execute("INSERT INTO segments (item_id, ordinal, kind, text) VALUES (?, 0, 'name', ?)", (item_id, name))
            for number, text in enumerate(texts):
                start = None if starts is None else starts[number]
                end = None if start is None else start + 1.0
                db.execute(
                    'INSERT INTO segments (item_id, ordinal, kind, text, start, "end") VALUES (?, ?, ?, ?, ?, ?)',
                    (item_id, number + 1, segment_kind, text, start, end),
                )
        return item_id
