"""What was said and when: the words of a recording and the segments they are searched in. Times in seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Two lines of a subtitle (BBC subtitle guidelines: 37 characters a line), so that a hit starts close to its words.
LONG_TEXT = 84
SHORTEST_CLAUSE_WORDS = 4
PAUSE_SECONDS = 0.7
# Word times from cross-attention have no gaps: a pause hides at the start of the word that follows it. Whisper's own
# alignment takes 0.7 s for the longest usual word.
LONGEST_WORD_SECONDS = 0.7
HIDDEN_PAUSE_SECONDS = 1.0
SENTENCE_ENDS = tuple(".?!。？！…।؟")
CLAUSE_ENDS = tuple(",;:，、；：،")
CLOSING_MARKS = "\"'”’»)]}"


@dataclass(frozen=True, slots=True)
class Word:
    """`text` with its leading space and its punctuation, as the model spells it."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """A sentence or a clause. `no_speech_prob` and `avg_logprob` are those of the window it was decoded in."""

    start: float
    end: float
    text: str
    language: str
    no_speech_prob: float
    avg_logprob: float


def split_into_clauses(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Cut words into pieces short enough to start where a searched phrase is said and long enough to carry a meaning.

    In the order of stable-ts' default regrouping (github.com/jianfch/stable-ts): after sentences and at pauses of
    PAUSE_SECONDS; then at commas and hidden pauses that leave SHORTEST_CLAUSE_WORDS on both sides; then, while a piece has
    more than LONG_TEXT characters, at the longest pause in its middle half. Every word is kept, in order.
    """
    for sentence in _sentences(words):
        for clause in _clauses(sentence):
            yield from _short(clause)


def start_of(words: Sequence[Word]) -> float:
    """When the first word is said, without the pause that its time may begin with."""
    first = words[0]
    return first.end - LONGEST_WORD_SECONDS if _hides_pause(first) else first.start


def text_of(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words).strip()


def _sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    piece: list[Word] = []
    for word in words:
        if piece and _ends_sentence(piece[-1], word):
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _ends_sentence(word: Word, following: Word) -> bool:
    if following.start - word.end >= PAUSE_SECONDS:
        return True
    # "e.g. this": a full stop before a lower-case word ends nothing.
    return word.text.rstrip(CLOSING_MARKS).endswith(SENTENCE_ENDS) and not following.text.strip()[:1].islower()


def _clauses(words: list[Word]) -> Iterator[list[Word]]:
    start = 0
    for cut in range(SHORTEST_CLAUSE_WORDS, len(words) - SHORTEST_CLAUSE_WORDS + 1):
        ends = words[cut - 1].text.rstrip(CLOSING_MARKS).endswith(CLAUSE_ENDS)
        if (ends or _hides_pause(words[cut])) and cut - start >= SHORTEST_CLAUSE_WORDS:
            yield words[start:cut]
            start = cut
    yield words[start:]


def _hides_pause(word: Word) -> bool:
    return word.end - word.start >= HIDDEN_PAUSE_SECONDS


def _short(words: list[Word]) -> Iterator[list[Word]]:
    if len(words) < 2 * SHORTEST_CLAUSE_WORDS or len(text_of(words)) <= LONG_TEXT:
        yield words
        return
    quarter = len(words) // 4
    middle = len(words) / 2
    # Of equal pauses the one nearest to the middle.
    cut = max(
        range(quarter, len(words) - quarter),
        key=lambda at: (words[at].start - words[at - 1].end, -abs(at - middle)),
    )
    yield from _short(words[:cut])
    yield from _short(words[cut:])
