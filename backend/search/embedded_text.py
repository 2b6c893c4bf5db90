"""What of a segment is embedded, and how far its cosine counts."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from backend.contract.library import SegmentKind

# A clause of speech means little without what is said around it; a whole sentence of this many words stands by itself.
WORDS_OF_A_SENTENCE = 16
# Segments on either side that a clause may borrow from.
REACH = 4
# Seconds between two segments of speech above which they are not one train of thought.
PAUSE = 5.0
# A label of a few words lies nearer to any short query than a sentence does: with MiniLM the nearest of YAMNet's 521 labels
# at .43 ("Canon": Camera) and .44 ("patriotic speech": Applause) where no sound was meant, and at .48 ("puppy": Dog) to .86
# where one was. This takes .43 to the floor for text.
SOUND_CALIBRATION = 0.65


@dataclass(frozen=True, slots=True)
class Embeddable:
    """A segment as the model reads it. `calibration` is what its cosine is multiplied by to compare with other kinds'."""

    id: int
    item_id: int
    text: str
    calibration: float = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    start: float
    end: float


def embeddable(db: sqlite3.Connection, row: sqlite3.Row) -> Embeddable:
    """Of a row of `segments`. A short clause of speech brings its neighbours, a sound is said to be one."""
    text: str = row["text"]
    match SegmentKind(row["kind"]):
        case SegmentKind.SOUND:
            return Embeddable(row["id"], row["item_id"], f"the sound of {text.lower()}", SOUND_CALIBRATION)
        case SegmentKind.SPEECH:
            return Embeddable(row["id"], row["item_id"], _in_context(db, row))
        case _:
            return Embeddable(row["id"], row["item_id"], text)


def _in_context(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    if _words(row["text"]) >= WORDS_OF_A_SENTENCE:
        return str(row["text"])
    rows = db.execute(
        """
        SELECT ordinal, text, start, "end" FROM segments
        WHERE item_id = ? AND kind = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal
        """,
        (row["item_id"], SegmentKind.SPEECH, row["ordinal"] - REACH, row["ordinal"] + REACH),
    ).fetchall()
    at = next(place for place, near in enumerate(rows) if near["ordinal"] == row["ordinal"])
    return joined([Said(near["text"], near["start"], near["end"]) for near in rows], at)


def joined(said: Sequence[Said], at: int) -> str:
    """The text of `said[at]` with its neighbours, the one before first, until there is a sentence's worth of words."""
    first = last = at
    words = _words(said[at].text)
    while words < WORDS_OF_A_SENTENCE:
        before = first > 0 and said[first].start - said[first - 1].end <= PAUSE
        after = last + 1 < len(said) and said[last + 1].start - said[last].end <= PAUSE
        if before and (not after or at - first <= last - at):
            first -= 1
            words += _words(said[first].text)
        elif after:
            last += 1
            words += _words(said[last].text)
        else:
            break
    return " ".join(segment.text for segment in said[first : last + 1])


def _words(text: str) -> int:
    return len(text.split())
