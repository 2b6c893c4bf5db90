"""Search by words: FTS5's bm25 (Robertson and Zaragoza 2009, k1 1.2, b 0.75) over segments, all words first, then some of them.

All words of a query in one segment is what most queries mean and is cheap. Where that does not fill the answer, segments
with some of the words follow, found by the rarest words only: six words joined by OR, common ones among them, cost 51 ms at
100,000 segments, and the common ones decide nothing.
"""

import math
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace

from backend.search.query import Query, Term, fts_string
from backend.search.scope import Scope
from backend.search.vocabulary import Vocabulary

# Segments that bm25 is worked out for at most: about 15 ms. Above, a query's words are so common that the newest come first.
RANKED = 20_000
# Where some of the words suffice, more segments are met that matter less: about 5 ms. Small libraries need no limit.
RANKED_SOME = 5_000
# With so many segments that hold every word nobody asks for those with some.
ENOUGH = 50
# A word that half of the segments hold tells nothing about a segment.
MIN_INFORMATION = math.log(2)
# Below this share of the query's information a segment with some of the words is not looked at.
MIN_COVERAGE = 0.15
# Below this many segments bm25's own weights are near zero for any word that occurs twice: shares are counted instead.
SMALL = 1000
# A segment with every word covers the query, however long it is.
EVERY_WORD = 0.5
# Several words that stand together are what was looked for; a segment with some of them must mean it much better to come first.
TOGETHER = 0.5


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """`coverage` is bm25 over the information of all words of the query: 0 none, about 1 all words once, at most 2.7."""

    segment_id: int
    item_id: int
    coverage: float
    every_word: bool


@dataclass(frozen=True, slots=True)
class _Weighed:
    term: Term
    match: str
    frequency: int
    information: float


class KeywordSearch:
    """Thread-safe; each call brings its own connection."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def search(self, db: sqlite3.Connection, query: Query, scope: Scope, limit: int) -> list[KeywordHit]:
        """At most `limit` segments of `scope`: those with every word, best first, then those with some of them."""
        weighed = [self._weigh(db, term) for term in query.terms]
        if not weighed:
            return []
        hits = _every_word(db, weighed, scope, limit)
        if len(hits) < min(ENOUGH, limit) and len(query.words) > 1:
            found = {hit.segment_id for hit in hits}
            some = self._some_words(db, weighed, scope, limit)
            hits += [hit for hit in some if hit.segment_id not in found][: limit - len(hits)]
        return hits

    def expression(self, db: sqlite3.Connection, query: Query) -> str | None:
        """FTS5 expression of every term for itself, for marking; None when there is none."""
        return " OR ".join(self._match(db, term) for term in query.terms) or None

    def _some_words(self, db: sqlite3.Connection, weighed: list[_Weighed], scope: Scope, limit: int) -> list[KeywordHit]:
        asked = [word for word in weighed if not word.term.is_stop_word] or weighed
        telling = [word for word in asked if not word.term.quoted and word.information >= MIN_INFORMATION]
        chosen: list[_Weighed] = []
        rows = 0
        limited = self._vocabulary.total(db) > 2 * RANKED_SOME
        for word in sorted(telling, key=lambda word: word.frequency):
            rows += word.frequency
            if chosen and limited and rows > RANKED_SOME:
                break
            chosen.append(word)
        if not chosen:
            return []
        required = [word.match for word in weighed if word.term.quoted]
        match = " AND ".join([*required, f"({' OR '.join(word.match for word in chosen)})"])
        budget = sum(word.information for word in asked)
        hits = _run(db, match, budget, scope, limit)
        if self._vocabulary.total(db) < SMALL:
            shares = _shares(db, chosen, budget)
            hits = [replace(hit, coverage=max(hit.coverage, shares[hit.segment_id])) for hit in hits]
            hits.sort(key=lambda hit: -hit.coverage)
        return [hit for hit in hits if hit.coverage >= MIN_COVERAGE]

    def _weigh(self, db: sqlite3.Connection, term: Term) -> _Weighed:
        frequency, information = self._vocabulary.frequency(db, term), self._vocabulary.information(db, term)
        return _Weighed(term, self._match(db, term), frequency, information)

    def _match(self, db: sqlite3.Connection, term: Term) -> str:
        stems = self._vocabulary.stems_of_beginning(db, term) if len(term.tokens) == 1 else []
        # As beginnings: FTS5 stems what it is asked for, and a stem's own stem may be shorter still ("univers", "univer").
        shorter = [f"{fts_string(stem)} *" for stem in stems]
        return f"({' OR '.join([term.match, *shorter])})" if stems else term.match


def _every_word(db: sqlite3.Connection, weighed: list[_Weighed], scope: Scope, limit: int) -> list[KeywordHit]:
    match = " AND ".join(word.match for word in weighed)
    budget = sum(word.information for word in weighed)
    ranked = min(word.frequency for word in weighed) <= RANKED
    hits = _run(db, match, budget, scope, limit, ranked)
    several = sum(not word.term.is_stop_word for word in weighed) > 1
    bonus = TOGETHER if several else 0.0
    return [replace(hit, coverage=max(hit.coverage, EVERY_WORD) + bonus, every_word=True) for hit in hits]


def _run(db: sqlite3.Connection, match: str, budget: float, scope: Scope, limit: int, ranked: bool = True) -> list[KeywordHit]:
    # CROSS JOIN fixes the order: the index finds, the rest filters, and the limit ends it.
    rows = db.execute(
        f"""
        SELECT s.id, s.item_id, {"-rank" if ranked else "0"}
        FROM segments_fts
        CROSS JOIN segments s ON s.id = segments_fts.rowid
        CROSS JOIN items i ON i.id = s.item_id
        CROSS JOIN roots r ON r.id = i.root_id
        WHERE segments_fts MATCH :match AND {scope.condition}
        ORDER BY {"rank" if ranked else "segments_fts.rowid DESC"}
        LIMIT :limit
        """,
        {**scope.parameters, "match": match, "limit": limit},
    )
    return [KeywordHit(segment_id, item_id, score / budget, False) for segment_id, item_id, score in rows]


def _shares(db: sqlite3.Connection, words: list[_Weighed], budget: float) -> defaultdict[int, float]:
    shares: defaultdict[int, float] = defaultdict(float)
    for word in words:
        for (segment_id,) in db.execute("SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?", (word.match,)):
            shares[segment_id] += word.information / budget
    return shares
