"""One search from the typed text to the answer: words and meaning, fused, as files with their moments."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from backend.contract.api import FileHit, MeaningState, SearchResponse, Unsearchable
from backend.contract.library import EngineState, ItemKind, SegmentKind
from backend.library.store import Library, item_of
from backend.search.embedder import QueryEmbedding
from backend.search.floor import is_readable, meaning_floor
from backend.search.keyword_search import KeywordSearch
from backend.search.meaning import Meaning
from backend.search.moments import Hit, Place, distinct, moments
from backend.search.query import Query, parse
from backend.search.rank import RankedFile, fuse
from backend.search.scope import ITEMS, Scope
from backend.search.tokenizer import Tokenizer
from backend.search.vectors import Ids, Neighbours, VectorIndex
from backend.search.vocabulary import Vocabulary

# Segments that each of the two rankings brings: what counts and pages are made of.
CANDIDATES = 200
MOMENTS_OF_A_FILE = 3
MOMENTS_OF_THE_FILE = 200

_STATES = {
    EngineState.READY: MeaningState.READY,
    EngineState.MISSING: MeaningState.MISSING,
    EngineState.FAILED: MeaningState.FAILED,
    EngineState.UNLOADED: MeaningState.WARMING,
    EngineState.LOADING: MeaningState.WARMING,
}


@dataclass(frozen=True, slots=True)
class SearchRequest:
    text: str
    scope: Scope = field(default_factory=Scope)
    offset: int = 0
    limit: int = 20
    typing: bool = False


class _Found(NamedTuple):
    files: list[RankedFile]
    kinds: dict[int, ItemKind]
    # At least one ranking was cut off.
    more: bool


class Searcher:
    """Thread-safe. Reads one unchanging state of the library and never waits for a writer."""

    def __init__(self, library: Library, meaning: Meaning, index: VectorIndex, unsearchable: Callable[[], Unsearchable]) -> None:
        self._library = library
        self._meaning = meaning
        self._index = index
        self._unsearchable = unsearchable
        self._tokenizer = Tokenizer()
        self._keyword = KeywordSearch(Vocabulary())

    def search(self, request: SearchRequest) -> SearchResponse:
        """At most `limit` files from `offset` on. A query without a word to look for finds nothing."""
        started = time.perf_counter()
        query = parse(request.text, self._tokenizer, request.typing)
        embedding = self._meaning.embed_query(query.meaning) if query.meaning else None
        state = _STATES[self._meaning.status.state]
        if not query.meaning:
            state = MeaningState.NOT_NEEDED
        elif embedding is not None:
            state = MeaningState.READY
            if not is_readable(query.meaning, embedding.pieces):
                embedding = None
        hits: list[FileHit] = []
        files: list[RankedFile] = []
        kind_counts: Counter[ItemKind] = Counter()
        if query.terms:
            scope = request.scope.excluding(query)
            with self._library.read_connection() as db:
                found = self._find(db, query, embedding, scope.of_every_kind())
                kind_counts.update(found.kinds[file.item_id] for file in found.files)
                if scope.kinds and found.more:
                    # What was cut off may be all there is of the wanted kinds.
                    found = self._find(db, query, embedding, scope)
                    wanted = Counter(found.kinds[file.item_id] for file in found.files)
                    kind_counts.update({kind: max(0, wanted[kind] - kind_counts[kind]) for kind in scope.kinds})
                files = [file for file in found.files if not scope.kinds or found.kinds[file.item_id] in scope.kinds]
                page = files[request.offset : request.offset + request.limit]
                hits = self._file_hits(db, query, page, scope)
        return SearchResponse(
            query=request.text,
            hits=hits,
            total_files=len(files),
            offset=request.offset,
            meaning=state,
            took=time.perf_counter() - started,
            unsearchable=self._unsearchable(),
            kind_counts={kind: count for kind, count in kind_counts.items() if count},
        )

    def _find(self, db: sqlite3.Connection, query: Query, embedding: QueryEmbedding | None, scope: Scope) -> _Found:
        words = self._keyword.search(db, query, scope, CANDIDATES)
        near = None
        if embedding is not None:
            near = self._near(db, query, embedding, scope, [hit.segment_id for hit in words if not hit.every_word])
        floor = 0.0
        if near is not None and len(near.cosines):
            floor = meaning_floor(float(near.cosines[0]), near.mean, near.deviation, near.searched)
        files = fuse(words, near, floor)
        kinds = _kinds(db, files, scope)
        cut_off = len(words) == CANDIDATES or (near is not None and len(near.cosines) == CANDIDATES and float(near.cosines[-1]) >= floor)
        return _Found([file for file in files if file.item_id in kinds], kinds, cut_off)

    def _near(self, db: sqlite3.Connection, query: Query, embedding: QueryEmbedding, scope: Scope, wanted: list[int]) -> Neighbours:
        items = _allowed_items(db, scope)
        segments = _with_phrases(db, query)
        while True:
            near = self._index.search(embedding.vector, CANDIDATES, items, segments, wanted)
            rows = db.execute(
                "SELECT value FROM json_each(?) wanted WHERE NOT EXISTS (SELECT 1 FROM segments s WHERE s.id = wanted.value)",
                (json.dumps(near.segment_ids.tolist()),),
            )
            gone = np.fromiter((row[0] for row in rows), np.int64)
            # Segments of the index that this state of the library does not have (any more, or yet) take no one's place.
            if not len(gone):
                return near
            (newest,) = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'segments'").fetchone()
            deleted = gone[gone <= newest]
            self._index.remove(deleted)
            if not len(deleted):
                return near

    def _file_hits(self, db: sqlite3.Connection, query: Query, page: list[RankedFile], scope: Scope) -> list[FileHit]:
        rows = db.execute(
            f"SELECT i.*, r.path AS root_path FROM {ITEMS} WHERE i.id IN (SELECT value FROM json_each(?))",
            (json.dumps([file.item_id for file in page]),),
        ).fetchall()
        items = {row["id"]: (item_of(row), row["root_path"]) for row in rows}
        shown = MOMENTS_OF_A_FILE if scope.item_id is None else MOMENTS_OF_THE_FILE
        found = {file.item_id: file.hits() for file in page}
        places = _places(db, [s.segment_id for segments in found.values() for s in segments])
        every = {
            item_id: distinct([Hit(s, places[s.segment_id]) for s in segments if s.segment_id in places])
            for item_id, segments in found.items()
        }
        made = moments(
            db,
            [hit for hits in every.values() for hit in hits[:shown]],
            self._keyword.expression(db, query),
            query.meaning,
            {item_id: item.name for item_id, (item, _) in items.items()},
        )
        return [
            FileHit(
                item=items[file.item_id][0],
                root_path=items[file.item_id][1],
                score=round(file.score, 6),
                moments=[made[hit.place.segment_id] for hit in every[file.item_id][:shown]],
                moment_count=len(every[file.item_id]),
            )
            for file in page
        ]


def _kinds(db: sqlite3.Connection, files: list[RankedFile], scope: Scope) -> dict[int, ItemKind]:
    """Kinds of the files that are in the scope, by item id."""
    rows = db.execute(
        f"""
        SELECT i.id, i.kind FROM json_each(:ids) wanted
        CROSS JOIN items i ON i.id = wanted.value CROSS JOIN roots r ON r.id = i.root_id
        WHERE {scope.condition}
        """,
        {**scope.parameters, "ids": json.dumps([file.item_id for file in files])},
    )
    kinds = {kind.value: kind for kind in ItemKind}
    return {item_id: kinds[kind] for item_id, kind in rows}


def _places(db: sqlite3.Connection, segment_ids: list[int]) -> dict[int, Place]:
    rows = db.execute(
        'SELECT id, kind, page, line, start, "end" FROM segments WHERE id IN (SELECT value FROM json_each(?))',
        (json.dumps(segment_ids),),
    )
    return {id_: Place(id_, SegmentKind(kind), page, line, start, end) for id_, kind, page, line, start, end in rows}


def _allowed_items(db: sqlite3.Connection, scope: Scope) -> Ids | None:
    if scope.whole_library and not db.execute("SELECT 1 FROM roots WHERE removed_at IS NOT NULL").fetchone():
        return None
    rows = db.execute(f"SELECT i.id FROM {ITEMS} WHERE {scope.condition}", scope.parameters)
    return np.fromiter((row[0] for row in rows), np.int64)


def _with_phrases(db: sqlite3.Connection, query: Query) -> Ids | None:
    if not query.phrases:
        return None
    match = " AND ".join(term.match for term in query.phrases)
    return np.fromiter((row[0] for row in db.execute("SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?", (match,))), np.int64)
