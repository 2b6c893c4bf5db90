"""The places of a file that a search shows: its hits, without those that stand for the same place."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backend.contract.api import Moment, Why
from backend.contract.library import SegmentKind
from backend.search.rank import RankedSegment
from backend.search.snippet import CLOSE, OPEN, Snippet, marked_snippet, sentence_snippet

# Sounds are tagged in windows: nearer than this it is the same bark. Speech that overlaps is the same sentence, and clauses
# found by their meaning alone, which they share with what is said around them, are the same passage.
SAME_SOUND_SECONDS = 3.0
SAME_PASSAGE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment stands in its file; `start` and `end` are seconds."""

    segment_id: int
    kind: SegmentKind
    page: int | None
    line: int | None
    start: float | None
    end: float | None


class Hit(NamedTuple):
    segment: RankedSegment
    place: Place


def distinct(hits: Sequence[Hit]) -> list[Hit]:
    """Of hits of one file, best first: each that is not a neighbour of a better one."""
    kept: list[Hit] = []
    for hit in hits:
        if not any(_same_place(hit, better.place) for better in kept):
            kept.append(hit)
    return kept


def moments(db: sqlite3.Connection, hits: Sequence[Hit], expression: str | None, meaning: str, names: dict[int, str]) -> dict[int, Moment]:
    """Hits with their snippets by segment id. `expression` marks the words; `names` are file names by item id."""
    by_words = [hit.place.segment_id for hit in hits if hit.segment.coverage > 0]
    highlighted = _highlighted(db, by_words, expression) if expression and by_words else {}
    texts = _texts(db, [hit.place.segment_id for hit in hits if hit.place.segment_id not in highlighted])
    made: dict[int, Moment] = {}
    for segment, place in hits:
        if place.segment_id in highlighted:
            snippet = marked_snippet(highlighted[place.segment_id])
        else:
            snippet = sentence_snippet(texts[place.segment_id], meaning)
        if place.kind is SegmentKind.NAME:
            snippet = _of_name(snippet, names[segment.item_id])
        made[place.segment_id] = Moment(
            segment_id=place.segment_id,
            kind=place.kind,
            snippet=snippet.text,
            marks=snippet.marks,
            why=why(place.kind, segment),
            score=round(segment.score, 6),
            page=place.page,
            line=place.line,
            start=place.start,
            end=place.end,
        )
    return made


def why(kind: SegmentKind, segment: RankedSegment) -> list[Why]:
    """What made it a hit. A sound or a name is named as such; beside it, or for text, words and meaning as they took part."""
    if kind is SegmentKind.NAME:
        return [Why.NAME]
    reasons = [Why.SOUND] if kind is SegmentKind.SOUND else []
    if segment.coverage > 0 and kind is not SegmentKind.SOUND:
        reasons.append(Why.WORDS)
    if segment.cosine > 0 and not (kind is SegmentKind.SOUND and segment.coverage > 0):
        reasons.append(Why.MEANING)
    return reasons


def _same_place(hit: Hit, better: Place) -> bool:
    place = hit.place
    if place.kind is not better.kind or place.start is None or better.start is None:
        return False
    if place.kind is SegmentKind.SOUND:
        margin = SAME_SOUND_SECONDS
    elif hit.segment.coverage > 0:
        margin = -0.01
    else:
        margin = SAME_PASSAGE_SECONDS
    end = place.start if place.end is None else place.end
    better_end = better.start if better.end is None else better.end
    return place.start <= better_end + margin and better.start <= end + margin


def _texts(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str]:
    rows = db.execute("SELECT id, text FROM segments WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
    return {row["id"]: row["text"] for row in rows}


def _highlighted(db: sqlite3.Connection, ids: list[int], expression: str) -> dict[int, str]:
    # One look-up a row: left to itself SQLite would walk through all segments with these words.
    rows = db.execute(
        """
        SELECT segments_fts.rowid AS id, highlight(segments_fts, 0, ?, ?) AS text
        FROM json_each(?) wanted CROSS JOIN segments_fts ON segments_fts.rowid = wanted.value
        WHERE segments_fts MATCH ?
        """,
        (OPEN, CLOSE, json.dumps(ids), expression),
    )
    return {row["id"]: row["text"] for row in rows}


def _of_name(snippet: Snippet, name: str) -> Snippet:
    """A name's segment holds the name and then the words within its words, which are not shown."""
    shown = " ".join(name.split())
    if not snippet.text.startswith(shown):
        return Snippet(snippet.text, snippet.marks)
    units = len(shown.encode("utf-16-le")) // 2
    return Snippet(shown, [mark for mark in snippet.marks if mark[1] <= units])
