"""Gives every segment its vector, the newest first, in small batches that queries overtake."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from threading import Event

import numpy as np

from backend.contract.library import SegmentKind
from backend.library.store import Library, LibraryLost
from backend.search.embedded_text import Embeddable, embeddable
from backend.search.embedder import Embedder
from backend.search.meaning import Meaning
from backend.search.quantize import quantize
from backend.search.vectors import VectorIndex

log = logging.getLogger(__name__)

FETCH = 64
# A batch takes about 0.1 s on two cores: what a query waits at most.
BATCH_SEGMENTS = 8
BATCH_CHARACTERS = 4000
IDLE_SECONDS = 0.5
RETRY_SECONDS = 5.0
MAX_FAILURES = 3


class EmbeddingLoop:
    """The body of a thread. The table is written first and the index after it, so the index never knows more."""

    def __init__(self, library: Library, meaning: Meaning, index: VectorIndex, on_error: Callable[[str, Exception], None]) -> None:
        self._library = library
        self._meaning = meaning
        self._index = index
        self._on_error = on_error
        # Ids without a vector, ascending: the end is the newest. Ids are never used twice.
        self._pending: list[int] = []
        self._newest = 0
        self._seen_version: int | None = None
        self._is_waiting = False

    def run(self, embedder: Embedder, stopping: Event) -> None:
        """Embed until `stopping`. A failed batch is tried again, then left for the next start."""
        failures = 0
        while not stopping.is_set():
            if not self._has_work(embedder, stopping):
                stopping.wait(IDLE_SECONDS)
                continue
            ids = self._pending[-FETCH:]
            try:
                self._embed(embedder, ids, stopping)
            except LibraryLost:
                log.info("the library is lost, so nothing more is embedded")
                return
            except sqlite3.OperationalError as error:
                # A full disk, for one: nothing is wrong with the text.
                if not self._is_waiting:
                    log.exception("embeddings cannot be written")
                    self._on_error("Text cannot be made searchable by meaning just now.", error)
                self._is_waiting = True
                stopping.wait(RETRY_SECONDS)
                continue
            except Exception as error:
                # One text must not end search by meaning for all others.
                failures += 1
                log.exception("%d segments were not embedded", len(ids))
                self._on_error("Some text could not be made searchable by meaning.", error)
                stopping.wait(RETRY_SECONDS)
                if failures < MAX_FAILURES:
                    continue
            failures = 0
            self._is_waiting = False
            if not stopping.is_set():
                del self._pending[-len(ids) :]

    def _has_work(self, embedder: Embedder, stopping: Event) -> bool:
        try:
            if self._library.paused():
                return False
            self._look_for_new(embedder)
        except sqlite3.Error:
            # A disk that does not deliver now must not end search by meaning for all that is found later.
            log.exception("what is not embedded yet cannot be read")
            stopping.wait(RETRY_SECONDS)
            return False
        return bool(self._pending)

    def _look_for_new(self, embedder: Embedder) -> None:
        version = self._library.data_version()
        if version == self._seen_version:
            return
        with self._library.read_connection() as db:
            rows = db.execute(
                """
                SELECT s.id FROM segments s LEFT JOIN embeddings e ON e.segment_id = s.id AND e.model = :model
                WHERE s.id > :newest AND s.kind <> :name AND e.segment_id IS NULL ORDER BY s.id
                """,
                {"model": embedder.id, "newest": self._newest, "name": SegmentKind.NAME},
            )
            self._pending += [row[0] for row in rows]
            self._newest = max(self._newest, db.execute("SELECT coalesce(max(id), 0) FROM segments").fetchone()[0])
            stored = db.execute("SELECT count(*) FROM embeddings WHERE model = ?", (embedder.id,)).fetchone()[0]
            if stored != len(self._index):
                self._index.synchronise(db)
        self._seen_version = version

    def _embed(self, embedder: Embedder, ids: list[int], stopping: Event) -> None:
        with self._library.read_connection() as db:
            rows = db.execute(
                """
                SELECT id, item_id, ordinal, kind, text FROM segments
                WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC
                """,
                (json.dumps(ids),),
            )
            segments = [embeddable(db, row) for row in rows.fetchall()]
        for batch in _batches(segments):
            if stopping.is_set():
                return
            self._write(embedder, batch)

    def _write(self, embedder: Embedder, batch: list[Embeddable]) -> None:
        vectors, scales = quantize(self._meaning.embed_segments([segment.text for segment in batch]))
        scales *= np.array([segment.calibration for segment in batch], np.float32)
        written: list[int] = []
        with self._library.transaction() as db:
            for place, segment in enumerate(batch):
                # The segment may have gone since it was read.
                cursor = db.execute(
                    """
                    INSERT OR REPLACE INTO embeddings (segment_id, model, scale, vector)
                    SELECT id, ?, ?, ? FROM segments WHERE id = ?
                    """,
                    (embedder.id, float(scales[place]), vectors[place].tobytes(), segment.id),
                )
                if cursor.rowcount:
                    written.append(place)
        ids = np.array([batch[place].id for place in written], np.int64)
        items = np.array([batch[place].item_id for place in written], np.int64)
        self._index.add(ids, items, vectors[written], scales[written])


def _batches(segments: list[Embeddable]) -> Iterator[list[Embeddable]]:
    batch: list[Embeddable] = []
    characters = 0
    for segment in segments:
        if batch and (len(batch) == BATCH_SEGMENTS or characters + len(segment.text) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(segment)
        characters += len(segment.text)
    if batch:
        yield batch
