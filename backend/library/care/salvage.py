"""What can still be read of a damaged library, item by item: only what reads without an error and fits together is taken over."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from backend.contract.library import SegmentKind
from backend.library.care.words import unlike, words_by_segment
from backend.library.care.work import Work
from backend.library.store.folders import Folder
from backend.library.store.names import name_text
from backend.library.store.rows import item_of, segment_of
from backend.library.store.storage import says_nothing_of_the_file

log = logging.getLogger(__name__)

T = TypeVar("T")

_BATCH = 200
# The same ids by every way that leads to them: one damaged page hides some from some of these, hardly from all.
_WAYS_TO_ITEMS = (
    "SELECT id FROM items NOT INDEXED ORDER BY id",
    "SELECT id FROM items NOT INDEXED ORDER BY id DESC",
    "SELECT id FROM items INDEXED BY items_by_state",
    "SELECT id FROM items INDEXED BY items_by_state ORDER BY root_id DESC, state DESC, id DESC",
    "SELECT id FROM items INDEXED BY items_by_name",
)
# By the index, so that a row that the table has lost is an error and not just absent.
_SEGMENTS = "SELECT * FROM segments INDEXED BY segments_by_item WHERE item_id = ? ORDER BY ordinal"
_EMBEDDINGS = """
    SELECT e.* FROM segments s INDEXED BY segments_by_item JOIN embeddings e ON e.segment_id = s.id WHERE s.item_id = ? ORDER BY s.ordinal
"""


class Salvage:
    """Reads `db`, a connection to the damaged library that may raise at every row. What the disk cannot do now is raised."""

    def __init__(self, db: sqlite3.Connection, work: Work) -> None:
        self._db = db
        self._work = work
        # Else SQLite refuses all of a file that is shorter than its first page says.
        self._try(lambda: db.execute("PRAGMA writable_schema = ON"), None)
        self._try(lambda: db.execute("PRAGMA cell_size_check = ON"), None)

    def folders(self) -> tuple[dict[int, Folder], dict[int, str], set[int]]:
        """The folders by id, the devices of theirs that were scanned, and ids of removed ones."""
        present: dict[int, Folder] = {}
        devices: dict[int, str] = {}
        removed: set[int] = set()
        for row in self._rows("SELECT id, path, added_at, removed_at, device FROM roots"):
            if row["removed_at"] is not None:
                removed.add(row["id"])
            elif Path(row["path"]).is_absolute() and "\0" not in row["path"]:
                present[row["id"]] = Folder(id=row["id"], path=row["path"], added_at=row["added_at"])
                if row["device"] is not None:
                    devices[row["id"]] = row["device"]
        return present, devices, removed

    def paused(self) -> bool:
        return bool(self._rows("SELECT 1 FROM meta WHERE key = 'paused'"))

    def take_over(self, new: sqlite3.Connection, roots: set[int], size: int) -> set[int]:
        """Write the indexed items of `roots` into `new` under the ids that they have; these ids. Everything else is left to the scan."""
        ids = sorted({row["id"] for way in _WAYS_TO_ITEMS for row in self._rows(way)})
        taken: set[int] = set()
        self._work.total = size
        for start in range(0, len(ids), _BATCH):
            new.execute("BEGIN")
            for item_id in ids[start : start + _BATCH]:
                self._work.check()
                if self._take(new, item_id, roots):
                    taken.add(item_id)
            new.execute("COMMIT")
            self._work.done = size * min(start + _BATCH, len(ids)) // len(ids)
        words = words_by_segment(self._db)
        if words is not None:
            altered = unlike(new, words)
            new.executemany("DELETE FROM items WHERE id = ?", ((item_id,) for item_id in altered))
            taken -= altered
        # A vector that is longer or shorter than the others of its model is none.
        new.execute(
            """
            WITH lengths AS (SELECT model, length(vector) AS bytes, count(*) AS n FROM embeddings GROUP BY 1, 2),
                 usual AS (SELECT model, bytes, max(n) FROM lengths GROUP BY model)
            DELETE FROM embeddings WHERE length(vector) <> (SELECT bytes FROM usual WHERE usual.model = embeddings.model)
            """
        )
        return taken

    def _take(self, new: sqlite3.Connection, item_id: int, roots: set[int]) -> bool:
        item = self._whole(lambda: self._item(item_id, roots))
        if item is None:
            return False
        segments = self._whole(lambda: self._segments(item))
        if segments is None:
            return False
        embeddings = self._whole(lambda: self._db.execute(_EMBEDDINGS, (item_id,)).fetchall()) or []
        new.execute("SAVEPOINT item")
        try:
            _insert(new, "items", [item])
            _insert(new, "segments", segments)
            _insert(new, "embeddings", embeddings)
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            log.info("item %d does not fit: %s", item_id, error)
            new.execute("ROLLBACK TO item")
            return False
        finally:
            new.execute("RELEASE item")
        return True

    def _item(self, item_id: int, roots: set[int]) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM items NOT INDEXED WHERE id = ? AND state = 'indexed' AND content_hash IS NOT NULL", (item_id,)
        ).fetchone()
        if row is None or row["root_id"] not in roots:
            return None
        item = item_of(row)
        if int(row["content_hash"], 16) < 0 or row["path"].rpartition("/")[2] != item.name:
            return None
        return row

    def _segments(self, item: sqlite3.Row) -> list[sqlite3.Row] | None:
        rows = self._db.execute(_SEGMENTS, (item["id"],)).fetchall()
        segments = [segment_of(row) for row in rows]
        # The name first, the rest in its order without a gap.
        if [segment.ordinal for segment in segments] != list(range(len(segments))):
            return None
        if not segments or segments[0].kind is not SegmentKind.NAME or segments[0].text != name_text(item["name"]):
            return None
        return rows

    def _whole(self, read: Callable[[], T | None]) -> T | None:
        """What `read` answers; None when the damage reaches into it."""
        try:
            return read()
        except ValueError as error:
            # What can be read and is no item or segment; pydantic's errors are of this kind too.
            log.info("unfit: %s", error)
            return None
        except sqlite3.DatabaseError as error:
            self._raise_unless_damage(error)
            return None

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        """Rows up to the first that cannot be read."""
        rows: list[sqlite3.Row] = []

        def read() -> list[sqlite3.Row]:
            # What was read before an error stays.
            rows.extend(self._db.execute(sql))
            return rows

        self._try(read, rows)
        return rows

    def _try(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except sqlite3.DatabaseError as error:
            self._raise_unless_damage(error)
            return otherwise

    def _raise_unless_damage(self, error: sqlite3.DatabaseError) -> None:
        if says_nothing_of_the_file(error):
            raise error
        log.info("unreadable: %s", error)


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[sqlite3.Row]) -> None:
    if rows:
        names = rows[0].keys()
        columns = ", ".join(f'"{name}"' for name in names)
        db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(names))})", [tuple(row) for row in rows])
