"""The words of each segment as the full-text index has them: a witness of the text that does not lie on the same pages."""

import logging
import sqlite3
from collections import defaultdict

from backend.library.store.storage import says_nothing_of_the_file

log = logging.getLogger(__name__)

_MASK = (1 << 61) - 1


def words_by_segment(db: sqlite3.Connection) -> dict[int, int] | None:
    """A sum over words and places, by segment id, that means something within this process; None when damage hides some of them."""
    sums: defaultdict[int, int] = defaultdict(int)
    try:
        db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab ('main', 'segments_fts', 'instance')")
        for segment_id, term, place in db.execute("SELECT doc, term, offset FROM temp.words"):
            sums[segment_id] = (sums[segment_id] + hash((term, place))) & _MASK
        db.execute("DROP TABLE temp.words")
    except sqlite3.DatabaseError as error:
        if says_nothing_of_the_file(error):
            raise
        log.info("the index cannot be asked: %s", error)
        return None
    return sums


def unlike(new: sqlite3.Connection, words: dict[int, int]) -> set[int]:
    """Items of `new` with a segment whose text has other words than `words` says."""
    written = words_by_segment(new)
    if written is None:
        return set()
    rows = new.execute("SELECT id, item_id FROM segments")
    return {item_id for segment_id, item_id in rows if written.get(segment_id, 0) != words.get(segment_id, 0)}
