"""How much a word tells: in how many segments it stands, remembered for a short while."""

import math
import re
import sqlite3
import time
from threading import Lock

from backend.search.query import Term

# Seconds that counts are trusted. Only speed and the choice of words hang on them, never what a word matches. A small library
# may be growing from nothing, and is counted at no cost.
TRUST = 60.0
TRUST_WHILE_SMALL = 1.0
SMALL = 20_000
CACHED = 20_000
MAX_EXPANSIONS = 256

# What porter takes off: a word that is being typed has lost its stem's beginning when the rest begins one of these.
# M.F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, steps 1 to 5.
_PORTER = (
    "sses ies es s eed ed ing ational tional enci anci izer abli alli entli eli ousli ization ation ator alism iveness "
    "fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement "
    "ment ent ion ou ism ate iti ous ive ize ously ally ently ability ivity ality icity ency ancy y e"
)
_SUFFIXES = _PORTER.split()
_MAX_SUFFIX = max(map(len, _SUFFIXES))


class Vocabulary:
    """Document frequencies over all segments. Thread-safe; each call brings its own connection."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, bool], int] = {}
        self._total = 0
        self._read_at = -math.inf

    def total(self, db: sqlite3.Connection) -> int:
        """Segments in the library."""
        now = time.monotonic()
        with self._lock:
            if now - self._read_at < (TRUST if self._total > SMALL else TRUST_WHILE_SMALL):
                return self._total
        total = int(db.execute("SELECT count(*) FROM segments").fetchone()[0])
        with self._lock:
            self._counts.clear()
            self._total, self._read_at = total, now
        return total

    def frequency(self, db: sqlite3.Connection, term: Term) -> int:
        """Segments that hold the term; of several pieces the rarest counts, of a beginning all words with it (at most)."""
        whole = [self._count(db, token, False) for token in (term.tokens[:-1] if term.prefix else term.tokens)]
        return min([*whole, self._count(db, term.tokens[-1], True)] if term.prefix else whole)

    def information(self, db: sqlite3.Connection, term: Term) -> float:
        """Inverse document frequency of Robertson and Sparck Jones, plus one within the logarithm: always above zero."""
        total = max(self.total(db), 1)
        found = min(self.frequency(db, term), total)
        return math.log1p((total - found + 0.5) / (found + 0.5))

    def stems_of_beginning(self, db: sqlite3.Connection, term: Term) -> list[str]:
        """Stems shorter than what was typed so far: "universi" stands in no index, its "univers" does."""
        typed = term.tokens[-1]
        if not term.prefix or not typed.isascii() or re.search(r"\d", typed):
            return []
        candidates = [typed[:end] for end in range(len(typed) - 1, max(2, len(typed) - _MAX_SUFFIX - 2), -1)]
        return [stem for stem in candidates if _could_lose(typed, stem) and _exists(db, stem)]

    def _count(self, db: sqlite3.Connection, token: str, prefix: bool) -> int:
        key = (token, prefix)
        self.total(db)
        with self._lock:
            known = self._counts.get(key)
        if known is not None:
            return known
        if prefix:
            rows = db.execute(
                "SELECT doc FROM segments_vocabulary WHERE term >= ? AND term < ? LIMIT ?",
                (token, token + "\U0010ffff", MAX_EXPANSIONS),
            )
            count = sum(int(row[0]) for row in rows)
        else:
            row = db.execute("SELECT doc FROM segments_vocabulary WHERE term = ?", (token,)).fetchone()
            count = 0 if row is None else int(row[0])
        with self._lock:
            if len(self._counts) >= CACHED:
                self._counts.clear()
            self._counts[key] = count
        return count


def _exists(db: sqlite3.Connection, stem: str) -> bool:
    return db.execute("SELECT 1 FROM segments_vocabulary WHERE term = ?", (stem,)).fetchone() is not None


def _could_lose(typed: str, stem: str) -> bool:
    rest = typed[len(stem) :]
    undoubled = rest[1:] if rest[:1] == stem[-1:] else rest
    return any(suffix.startswith(beginning) for suffix in _SUFFIXES for beginning in {rest, undoubled} if beginning)
