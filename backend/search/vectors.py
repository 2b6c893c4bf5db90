"""Exact search over int8 vectors in memory, kept in step with the table `embeddings`, which is the truth.

Rows of a snapshot never move: new rows go behind its end, a removed row gets the scale 0 (cosine 0, below every floor) and
its place is taken back when the index is synchronised. So searches need no lock and never wait for a writer.
"""

import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from backend.search.kernels import kernel
from backend.search.quantize import quantize

log = logging.getLogger(__name__)

Ids = NDArray[np.int64]
_FETCH = 4096


@dataclass(frozen=True, slots=True)
class _Rows:
    """`size` rows in use of arrays that have room for more."""

    size: int
    ids: Ids
    items: Ids
    scales: NDArray[np.float32]
    matrix: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Best first. `mean` and `deviation` are of the cosines of all `searched` rows: the query's background in this library.

    `of_wanted` are the cosines, by segment id, of those that were asked for by name, near or not.
    """

    segment_ids: Ids
    item_ids: Ids
    cosines: NDArray[np.float32]
    mean: float
    deviation: float
    searched: int
    of_wanted: dict[int, float] = field(default_factory=dict)


class VectorIndex:
    """Vectors of one model. Thread-safe; writers wait for each other, readers for nobody."""

    def __init__(self, model: str, dimension: int) -> None:
        self.model = model
        self.dimension = dimension
        self._lock = Lock()
        self._rows = _empty(dimension, 1024)
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def synchronise(self, db: sqlite3.Connection) -> None:
        """Make the rows equal to the table. `db` sees one state of it; blobs are read only for what is missing here."""
        with self._lock:
            stored = np.fromiter(
                (row[0] for row in db.execute("SELECT segment_id FROM embeddings WHERE model = ?", (self.model,))), np.int64
            )
            here = np.fromiter(self._places, np.int64, len(self._places))
            gone = np.setdiff1d(here, stored, assume_unique=True)
            if len(gone) or len(self._places) < self._rows.size:
                self._forget(gone)
                self._compact()
            self._load(db, np.setdiff1d(stored, here, assume_unique=True))

    def add(self, segment_ids: Ids, item_ids: Ids, vectors: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        """Add rows that were just written to the table; a segment that is here already is replaced."""
        with self._lock:
            self._append(segment_ids, item_ids, vectors, scales)

    def remove(self, segment_ids: Ids) -> None:
        """Take rows out that the table no longer has; unknown ids are nothing to do."""
        with self._lock:
            self._forget(segment_ids)

    def search(
        self,
        query: NDArray[np.float32],
        limit: int,
        items: Ids | None = None,
        segments: Ids | None = None,
        wanted: Iterable[int] = (),
    ) -> Neighbours:
        """The `limit` rows nearest to the normalised (d,) `query`, only of `items` and `segments` where given."""
        # The places are taken first: what is removed or compacted meanwhile is of no use to the caller anyway.
        places = {id_: place for id_ in wanted if (place := self._places.get(id_)) is not None}
        rows = self._rows
        vectors, (scale,) = quantize(query[np.newaxis])
        cosines = kernel()(rows.matrix[: rows.size], vectors[0])
        cosines *= rows.scales[: rows.size] * scale
        mean, deviation = (float(cosines.mean()), float(cosines.std())) if rows.size else (0.0, 0.0)
        allowed = rows.scales[: rows.size] > 0
        if items is not None:
            allowed &= _members(items, rows.items[: rows.size])
        if segments is not None:
            allowed &= np.isin(rows.ids[: rows.size], segments)
        of_wanted = {id_: float(cosines[place]) for id_, place in places.items() if place < rows.size and rows.ids[place] == id_}
        cosines[~allowed] = -np.inf
        best = _top(cosines, min(limit, int(allowed.sum())))
        return Neighbours(rows.ids[best], rows.items[best], cosines[best], mean, deviation, rows.size, of_wanted)

    def _load(self, db: sqlite3.Connection, missing: Ids) -> None:
        everything = len(missing) > len(self._places)
        cursor = db.execute(
            "SELECT e.segment_id, s.item_id, e.scale, e.vector FROM embeddings e JOIN segments s ON s.id = e.segment_id"
            + (" WHERE e.model = ?" if everything else " WHERE e.segment_id IN (SELECT value FROM json_each(?))"),
            (self.model if everything else str(missing.tolist()),),
        )
        while block := cursor.fetchmany(_FETCH):
            whole = [row for row in block if len(row[3]) == self.dimension and row[0] not in self._places]
            if len(whole) < len(block) and not self._places.keys() & {row[0] for row in block}:
                log.error("%d embeddings of %s have a wrong length and are ignored", len(block) - len(whole), self.model)
            if whole:
                ids, item_ids, scales, blobs = zip(*whole, strict=True)
                vectors = np.frombuffer(b"".join(blobs), np.int8).reshape(len(whole), self.dimension)
                self._append(np.array(ids), np.array(item_ids), vectors, np.array(scales, np.float32))

    def _append(self, ids: Ids, items: Ids, vectors: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        self._forget(ids)
        rows = self._rows
        end = rows.size + len(ids)
        if end > len(rows.ids):
            rows = _grown(rows, max(end, 2 * len(rows.ids)))
        rows.ids[rows.size : end] = ids
        rows.items[rows.size : end] = items
        rows.scales[rows.size : end] = scales
        rows.matrix[rows.size : end] = vectors
        self._places.update(zip(ids.tolist(), range(rows.size, end), strict=True))
        self._rows = replace(rows, size=end)

    def _forget(self, ids: Ids) -> None:
        places = [place for id_ in ids.tolist() if (place := self._places.pop(id_, None)) is not None]
        self._rows.scales[places] = 0.0

    def _compact(self) -> None:
        old = self._rows
        kept = np.sort(np.fromiter(self._places.values(), np.int64, len(self._places)))
        rows = _empty(self.dimension, max(1024, len(kept) + len(kept) // 4))
        for name in ("ids", "items", "scales", "matrix"):
            getattr(rows, name)[: len(kept)] = getattr(old, name)[kept]
        self._places = dict(zip(rows.ids[: len(kept)].tolist(), range(len(kept)), strict=True))
        self._rows = replace(rows, size=len(kept))


def _empty(dimension: int, room: int) -> _Rows:
    return _Rows(0, np.zeros(room, np.int64), np.zeros(room, np.int64), np.zeros(room, np.float32), np.zeros((room, dimension), np.int8))


def _grown(rows: _Rows, room: int) -> _Rows:
    larger = _empty(rows.matrix.shape[1], room)
    for name in ("ids", "items", "scales", "matrix"):
        getattr(larger, name)[: rows.size] = getattr(rows, name)[: rows.size]
    return replace(larger, size=rows.size)


def _members(allowed: Ids, values: Ids) -> NDArray[np.bool_]:
    table = np.zeros(int(max(values.max(initial=0), allowed.max(initial=0))) + 1, np.bool_)
    table[allowed] = True
    return table[values]


def _top(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    if count <= 0:
        return np.empty(0, np.intp)
    chosen = np.argpartition(scores, len(scores) - count)[-count:]
    return chosen[np.argsort(-scores[chosen], kind="stable")]
