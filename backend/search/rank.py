"""Fusion: one ranking of files out of segments found by words and segments found by meaning.

A convex combination of two bounded scores (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
ACM TOIS 42(1), 2023): a file's best coverage of the query's words and its best cosine. Unlike reciprocal rank fusion
(Cormack, Clarke and Buettcher, SIGIR 2009) it keeps how much better a hit is than the next. Measured on Cranfield, nDCG@10
(`npm run bench:quality` measures the whole path): this .407, weights .6 to .75 all within .004 of it; RRF with k 60 .405.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from backend.search.keyword_search import KeywordHit
from backend.search.vectors import Neighbours

MEANING_WEIGHT = 0.65
# Some of a query's words are a hit by themselves from this share of its information.
SOLE_COVERAGE = 0.5
# From this share where the meaning agrees, with a cosine that alone would be too little.
AGREEING_COVERAGE = 1 / 3
AGREEING_COSINE = 0.2
# From this share where there is no meaning to ask: before MiniLM is loaded, without it, and for what it cannot read.
LONE_COVERAGE = 0.25


@dataclass(slots=True)
class RankedSegment:
    """`coverage` 0: no words; `cosine` 0: not near enough. Both 0 does not occur."""

    segment_id: int
    item_id: int
    coverage: float = 0.0
    every_word: bool = False
    cosine: float = 0.0
    is_hit: bool = False

    @property
    def score(self) -> float:
        return combined(self.coverage, self.cosine)


@dataclass(slots=True)
class RankedFile:
    """A file and its segments that were found. Its score is made of its best words and its best meaning, wherever each stands."""

    item_id: int
    coverage: float = 0.0
    cosine: float = 0.0
    score: float = 0.0
    is_hit: bool = False
    segments: list[RankedSegment] = field(default_factory=list)

    def hits(self) -> list[RankedSegment]:
        """The segments that are hits by themselves: those with words of the query first, each part best first.

        Within a file a place that shows the words is surer than one that is only near in meaning, as its neighbours are too.
        """
        return sorted((s for s in self.segments if s.is_hit), key=lambda s: (s.coverage < LONE_COVERAGE, -s.score, s.segment_id))


def combined(coverage: float, cosine: float) -> float:
    return (1.0 - MEANING_WEIGHT) * coverage + MEANING_WEIGHT * cosine


def fuse(words: Iterable[KeywordHit], near: Neighbours | None, floor: float) -> list[RankedFile]:
    """Files with at least one hit, best first; equal ones in the order of their ids, so that pages do not overlap."""
    found: dict[int, RankedSegment] = {}
    for hit in words:
        found[hit.segment_id] = RankedSegment(hit.segment_id, hit.item_id, hit.coverage, hit.every_word)
    if near is not None:
        count = int(np.count_nonzero(near.cosines >= floor))
        columns = (near.segment_ids[:count], near.item_ids[:count], near.cosines[:count])
        for segment_id, item_id, cosine in zip(*(column.tolist() for column in columns), strict=True):
            segment = found.get(segment_id)
            if segment is None:
                segment = found[segment_id] = RankedSegment(segment_id, item_id)
            segment.cosine = cosine
    files: dict[int, RankedFile] = {}
    for segment in found.values():
        segment.is_hit = segment.every_word or segment.cosine > 0.0 or segment.coverage >= _enough(segment, near)
        file = files.get(segment.item_id)
        if file is None:
            file = files[segment.item_id] = RankedFile(segment.item_id)
        file.coverage = max(file.coverage, segment.coverage)
        file.cosine = max(file.cosine, segment.cosine)
        file.is_hit = file.is_hit or segment.is_hit
        file.segments.append(segment)
    ranked = [file for file in files.values() if file.is_hit]
    for file in ranked:
        file.score = combined(file.coverage, file.cosine)
    ranked.sort(key=lambda file: (-file.score, file.item_id))
    return ranked


def _enough(segment: RankedSegment, near: Neighbours | None) -> float:
    """The share of the query's information with which its words alone make this segment a hit."""
    if near is None:
        return LONE_COVERAGE
    agrees = near.of_wanted.get(segment.segment_id, 0.0) >= AGREEING_COSINE
    return AGREEING_COVERAGE if agrees else SOLE_COVERAGE
