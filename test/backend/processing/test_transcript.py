"""Words to segments: short enough to start at the phrase, whole enough to mean something."""

from hypothesis import given
from hypothesis import strategies as st

from backend.processing.transcript import (
    LONG_TEXT,
    PAUSE_SECONDS,
    SHORTEST_CLAUSE_WORDS,
    Word,
    split_into_clauses,
    start_of,
    text_of,
)


def spoken(text: str, seconds: float = 0.3, pauses: dict[str, float] | None = None) -> list[Word]:
    """Words one after the other, `pauses` before some of them as real gaps."""
    words, now = [], 0.0
    for word in text.split():
        now += (pauses or {}).get(word, 0.0)
        words.append(Word(f" {word}", now, now + seconds))
        now += seconds
    return words


def texts(words: list[Word]) -> list[str]:
    return [text_of(piece) for piece in split_into_clauses(words)]


def test_sentences_and_long_clauses_part() -> None:
    said = "And so my fellow Americans, ask not what your country can do for you. Thank you."
    assert texts(spoken(said)) == ["And so my fellow Americans,", "ask not what your country can do for you.", "Thank you."]


def test_a_short_clause_stays_with_its_sentence() -> None:
    assert texts(spoken("Well, that is what we do, mostly.")) == ["Well, that is what we do, mostly."]


def test_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    assert texts(spoken("We use e.g. oak beams of 3.5 metres")) == ["We use e.g. oak beams of 3.5 metres"]


def test_a_pause_parts_without_punctuation() -> None:
    said = spoken("the crane comes then nothing moves", pauses={"then": PAUSE_SECONDS})
    assert texts(said) == ["the crane comes", "then nothing moves"]


def test_a_pause_hidden_in_a_long_word_parts_and_is_not_its_start() -> None:
    before = spoken("and so my fellow Americans")
    end = before[-1].end
    after = [Word(" ask", end, end + 1.6), *(Word(f" {w}", end + 1.6 + i, end + 2.0 + i) for i, w in enumerate(("not", "what", "your")))]
    first, second = split_into_clauses([*before, *after])
    assert text_of(second).startswith("ask not")
    assert end + 0.8 < start_of(second) < end + 1.6
    assert start_of(first) == 0.0


def test_a_long_sentence_is_halved() -> None:
    pieces = texts(spoken(" ".join(f"word{n}" for n in range(60))))
    assert max(map(len, pieces)) <= LONG_TEXT
    assert len(pieces) < 60 / SHORTEST_CLAUSE_WORDS


words = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8", categories=["L", "P"]), min_size=1, max_size=12), st.floats(0, 3), st.floats(0, 3)),
    max_size=60,
)


@given(words)
def test_every_word_is_kept_in_order(raw: list[tuple[str, float, float]]) -> None:
    said, now = [], 0.0
    for text, gap, length in raw:
        said.append(Word(f" {text}", now + gap, now + gap + length))
        now += gap + length
    pieces = list(split_into_clauses(said))
    assert [word for piece in pieces for word in piece] == said
    assert all(piece and piece[0].start <= start_of(piece) <= piece[0].end for piece in pieces)
