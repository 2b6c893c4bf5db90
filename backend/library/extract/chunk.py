"""Text to segments: passages that end where a sentence or paragraph ends, short enough for MiniLM to read whole.

all-MiniLM-L6-v2 reads at most 256 word pieces, two of which are its own marks. `pieces` estimates them, so that no tokenizer has to be
loaded. Its vocabulary is English: words of other languages fall into more pieces.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from backend.contract.library import SegmentKind
from backend.library.store.results import NewSegment

MIN_WORDS = 100
MAX_WORDS = 160
MAX_PIECES = 250

_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"\S")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE_END = re.compile(r"(?:[.!?…][\"'”’»)\]]*\s+)|(?:[。！？]+\s*)|(?:[:;]\n\s*)")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_LINE_END = re.compile(r"\n\s*")
_GAP = re.compile(r"\s+")
# The gaps of a table or a poem are kept as they are; wider ones would make a segment of any size.
_WIDE_GAP = re.compile(r"[^\S\n]{200,}")
_LINE_BREAK = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# One word piece each: no spaces between words in these scripts.
_IDEOGRAPH = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_GROUP = re.compile(r"(?:\s*\S+){1,20}\s*")
_ENGLISH = frozenset({"the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "with", "was", "on", "as", "be", "are", "by", "this"})
_LETTERS_A_PIECE = 4.0
_LETTERS_A_PIECE_ELSEWHERE = 2.6
_RUN = re.compile(r"[a-zA-Z]+|\d+|[^\W\d_a-zA-Z]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    words: int
    pieces: int
    ends_paragraph: bool


def normalize(text: str) -> str:
    """One kind of line break, so that lines can be counted."""
    return _LINE_BREAK.sub("\n", text.removeprefix("\ufeff"))


def letters_a_piece(text: str) -> float:
    """Of Latin letters: four in English, fewer elsewhere. English is told by its commonest words, a third of any English text."""
    words = [word.lower() for word in _WORD.findall(text[:20_000])]
    return _LETTERS_A_PIECE if sum(word in _ENGLISH for word in words) >= 0.1 * len(words) else _LETTERS_A_PIECE_ELSEWHERE


def pieces(text: str, letters: float) -> int:
    """Word pieces of MiniLM's tokenizer, estimated: one for `letters` Latin letters or two digits, one of everything else."""
    ideographs = len(_IDEOGRAPH.findall(text))
    total = ideographs
    for run in _RUN.findall(_IDEOGRAPH.sub(" ", text)):
        if run[0].isascii() and run[0].isalpha():
            total += math.ceil(len(run) / letters)
        elif run[0].isdigit():
            total += (len(run) + 1) // 2
        else:
            total += len(run)
    return total


def chunk(text: str, *, page: int | None = None, lines: bool = False) -> Iterator[NewSegment]:
    """Segments of MIN_WORDS to MAX_WORDS words in order, without overlap; nothing but white space is lost.

    The last may be shorter. With `lines` each says the line (from 1) that it begins on. Longer sentences are cut at line ends,
    else between words.
    """
    text = normalize(text)
    line, counted = 1, 0
    for start, end in _passages(text, letters_a_piece(text)):
        if lines:
            first = _first_word(text, start)
            line, counted = line + text.count("\n", counted, first), first
        yield NewSegment(
            SegmentKind.TEXT,
            _kept_lines(text[start:end]) if lines else _tidy(text[start:end]),
            page=page,
            line=line if lines else None,
        )


def _passages(text: str, letters: float) -> Iterator[tuple[int, int]]:
    start = end = words = size = 0
    for span in _sentences(text, letters):
        if words and (words + span.words > MAX_WORDS or size + span.pieces > MAX_PIECES):
            yield start, end
            words = size = 0
        if not words:
            start = span.start
        end, words, size = span.end, words + span.words, size + span.pieces
        if span.ends_paragraph and words >= MIN_WORDS:
            yield start, end
            words = size = 0
    if words:
        yield start, end


def _sentences(text: str, letters: float) -> Iterator[_Span]:
    for paragraph_start, paragraph_end in _split(text, 0, len(text), _PARAGRAPH_END):
        for start, end in _split(text, paragraph_start, paragraph_end, _SENTENCE_END):
            yield from _fitting(text, letters, start, end, ends_paragraph=end == paragraph_end)


def _fitting(text: str, letters: float, start: int, end: int, ends_paragraph: bool) -> Iterator[_Span]:
    words = list(islice(_WORD.finditer(text, start, end), MAX_WORDS + 1))
    # So long that it cannot fit is told without counting: a file may be one sentence.
    if len(words) <= MAX_WORDS and sum(word.end() - word.start() for word in words) <= MAX_PIECES * _LETTERS_A_PIECE:
        size = sum(pieces(word[0], letters) for word in words)
        if size <= MAX_PIECES:
            if words:
                yield _Span(start, end, len(words), size, ends_paragraph)
            return
    ways: tuple[Callable[[], Iterator[tuple[int, int]]], ...] = (
        lambda: _split(text, start, end, _LINE_END),
        lambda: (match.span() for match in _GROUP.finditer(text, start, end)),
        lambda: _split(text, start, end, _GAP),
    )
    for way in ways:
        smaller = way()
        left, right = next(smaller)
        if right == end:
            continue
        for left_of_next, right_of_next in smaller:
            yield from _fitting(text, letters, left, right, ends_paragraph=False)
            left, right = left_of_next, right_of_next
        yield from _fitting(text, letters, left, right, ends_paragraph)
        return
    # One word longer than a segment, such as encoded data. Every character is at most one piece.
    for left in range(start, end, MAX_PIECES):
        right = min(left + MAX_PIECES, end)
        yield _Span(left, right, 1, pieces(text[left:right], letters), ends_paragraph and right == end)


def _split(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    while start < end:
        match = separator.search(text, start, end)
        stop = end if match is None else match.end()
        yield start, stop
        start = stop


def _first_word(text: str, start: int) -> int:
    match = _LETTER.search(text, start)
    return start if match is None else match.start()


def _kept_lines(text: str) -> str:
    """As written: the lines of a list, a poem or a table are its meaning. At most one empty line in a row, no gap without an end."""
    text = _BLANK_LINES.sub("\n\n", _WIDE_GAP.sub(" ", text))
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def _tidy(text: str) -> str:
    """Paragraphs stay apart, for the eye; other white space becomes a space."""
    paragraphs = _PARAGRAPH_END.split(text.strip())
    return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
