"""The piece of a segment that a hit shows, and where its matched words are.

FTS5's highlight() finds the words, so stems and beginnings are marked exactly as they matched. It marks them with two
characters that Unicode sets aside for a program's own use and that no text may hold.
"""

import re
from dataclasses import dataclass

OPEN, CLOSE = "\ufdd0", "\ufdd1"
LENGTH = 200
# Words before the first mark give it a context.
LEAD = 60
ELLIPSIS = "…"

_GAP = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """`marks` are [start, end) in UTF-16 code units of `text`."""

    text: str
    marks: list[tuple[int, int]]


def marked_snippet(highlighted: str, length: int = LENGTH) -> Snippet:
    """Of a text in which highlight() put OPEN and CLOSE around each match: about `length` characters with most of them."""
    text, marks = _take_marks_out(highlighted)
    if len(text) <= length + len(ELLIPSIS):
        return _in_utf16(text, marks)
    start, end = _window(text, marks, length)
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    shift = len(before) - start
    kept = [(first + shift, last + shift) for first, last in marks if first >= start and last <= end]
    return _in_utf16(before + text[start:end] + after, kept)


def sentence_snippet(text: str, query: str, length: int = LENGTH) -> Snippet:
    """Of a text that matched by its meaning only: from the sentence that has most beginnings of words of the query."""
    text = _GAP.sub(" ", text).strip()
    if len(text) <= length + len(ELLIPSIS):
        return Snippet(text, [])
    wanted = {word[:4].lower() for word in _WORD.findall(query) if len(word) > 3}
    best, start = -1, 0
    place = 0
    for sentence in _SENTENCE.split(text):
        common = len(wanted & {word[:4].lower() for word in _WORD.findall(sentence)})
        if common > best:
            best, start = common, place
        place += len(sentence) + 1
    start = min(start, _word_start(text, max(0, len(text) - length)))
    end = _word_end(text, start + length)
    return Snippet((ELLIPSIS if start else "") + text[start:end] + (ELLIPSIS if end < len(text) else ""), [])


def _take_marks_out(highlighted: str) -> tuple[str, list[tuple[int, int]]]:
    text = ""
    marks: list[tuple[int, int]] = []
    start: int | None = None
    for part in re.split(f"([{OPEN}{CLOSE}])", highlighted):
        if part == OPEN:
            start = len(text)
        elif part == CLOSE:
            if start is not None and len(text) > start:
                marks.append((start, len(text)))
            start = None
        else:
            part = _GAP.sub(" ", part)
            text += part.lstrip() if not text or text.endswith(" ") else part
    return text.rstrip(), marks


def _window(text: str, marks: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """The stretch with the most different marked words, the earliest of equals, widened and cut to whole words."""
    best, chosen = (-1, -1), (0, 0)
    for index, (first, _) in enumerate(marks):
        inside = [mark for mark in marks[index:] if mark[1] <= first + length]
        words = {text[start:end].lower() for start, end in inside}
        if (len(words), len(inside)) > best:
            best, chosen = (len(words), len(inside)), (first, max([end for _, end in inside], default=first))
    first, last = chosen
    lead = min(LEAD, max(0, length - (last - first)) // 2) if last < len(text) - length else length - (last - first)
    start = _word_start(text, max(0, min(first - lead, len(text) - length)))
    start = min(start, first)
    end = max(_word_end(text, start + length), last)
    return start, end


def _word_start(text: str, place: int) -> int:
    """The first beginning of a word at or after `place`; `place` itself in one long run without gaps."""
    if place <= 0 or text[place - 1] == " ":
        return max(place, 0)
    gap = text.find(" ", place, place + 40)
    return place if gap < 0 else gap + 1


def _word_end(text: str, place: int) -> int:
    """The last end of a word at or before `place`; `place` itself in one long run without gaps."""
    if place >= len(text):
        return len(text)
    if text[place] == " ":
        return place
    gap = text.rfind(" ", max(0, place - 40), place)
    return place if gap < 0 else gap


def _in_utf16(text: str, marks: list[tuple[int, int]]) -> Snippet:
    if max(text, default="") <= "\uffff":
        return Snippet(text, marks)
    return Snippet(text, [(_units(text[:start]), _units(text[:end])) for start, end in marks])


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
