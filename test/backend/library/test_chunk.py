import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.library.extract.chunk import MAX_PIECES, MAX_WORDS, MIN_WORDS, chunk, letters_a_piece, normalize, pieces

REPOSITORY = Path(__file__).resolve().parents[3]
SENTENCE = "The old harbour keeper wrote down the weather every evening before he went to bed. "

# What breaks splitters: ends of sentences, paragraphs, odd spaces, scripts without spaces, words without end.
AWKWARD = st.lists(
    st.sampled_from(
        [".", "!", "?", "…", "。", " ", "\n", "\n\n", "\r\n", "\r", "\t", "\u2028", "\u00a0", "\x0c", "a", "Word", "longer-word", "日本語",
         "über", "🎧", "1,234.5", '"', ")", "x" * 300, "Mr. Smith", SENTENCE, SENTENCE * 12, "no end of it " * 60]
    ),
    max_size=60,
).map("".join)  # fmt: skip


def letters(text: str) -> str:
    return "".join(normalize(text).split())


@given(AWKWARD | st.text(max_size=2000))
def test_no_text_is_lost_doubled_or_reordered(text: str) -> None:
    assert "".join(letters(segment.text) for segment in chunk(text)) == letters(text)


@given(AWKWARD)
def test_segments_are_within_their_limits(text: str) -> None:
    for segment in chunk(text):
        assert segment.text == segment.text.strip() != ""
        assert len(segment.text.split()) <= MAX_WORDS
        assert pieces(segment.text, letters_a_piece(text)) <= MAX_PIECES


@given(AWKWARD)
def test_a_segment_begins_on_the_line_that_it_names(text: str) -> None:
    lines = normalize(text).split("\n")
    for segment in chunk(text, lines=True):
        assert segment.line is not None
        line = lines[segment.line - 1]
        first = segment.text.split()[0]
        # A word longer than a segment is cut into several.
        assert first in line


def test_segments_end_with_sentences() -> None:
    segments = list(chunk(SENTENCE * 100))
    assert len(segments) > 5
    for segment in segments:
        assert segment.text.endswith(".")
        assert MIN_WORDS <= len(segment.text.split()) <= MAX_WORDS


def test_segments_prefer_the_ends_of_paragraphs() -> None:
    paragraph = SENTENCE * 8
    segments = chunk("\n\n".join(paragraph + str(number) for number in range(4)))
    assert [segment.text.rsplit(maxsplit=1)[-1] for segment in segments] == ["0", "1", "2", "3"]


def test_short_paragraphs_go_together_and_stay_apart_for_the_eye() -> None:
    [segment] = chunk("Title\n\nFirst\nline.\n\n\nSecond.", page=3)
    assert (segment.text, segment.page, segment.line) == ("Title\nFirst line.\nSecond.", 3, None)


def test_lines_of_a_plain_text_stay_as_they_are_written() -> None:
    [segment] = chunk("\n# Before October\n- [ ] the window  \n  - its frame\n\n\n\n> Keep dry.\n", lines=True)
    assert (segment.text, segment.line) == ("# Before October\n- [ ] the window\n  - its frame\n\n> Keep dry.", 2)


def test_text_without_sentences_is_cut_at_line_ends() -> None:
    rows = [f"row {number} with seven words in it" for number in range(200)]
    for segment in chunk("\n".join(rows), lines=True):
        assert segment.line is not None
        assert segment.text.startswith(rows[segment.line - 1])
        assert segment.text.endswith("words in it")


def test_nothing_makes_no_segments() -> None:
    assert list(chunk("")) == list(chunk("\ufeff \n\n\t")) == []


def test_long_text_takes_no_more_than_its_share_of_time() -> None:
    assert len(list(chunk("word " * 200_000))) > 1_000
    assert len(list(chunk("x" * 1_000_000))) > 1_000
    assert len(list(chunk("A short sentence. " * 50_000))) > 900


@pytest.mark.parametrize("name", ["prose", "german", "code", "digits"])
def test_the_estimate_of_word_pieces_keeps_segments_whole_for_minilm(name: str) -> None:
    tokenizer = _tokenizer()
    texts = {
        "prose": SENTENCE * 200,
        "german": "Die Werkstattordnung verlangt, dass Schleifmaschinen abends ausgeschaltet und Werkbänke abgeräumt werden. " * 100,
        "code": "def write_back(self, connection: Connection) -> None:\n    connection.execute(QUERY, (self.id, self.value))\n" * 60,
        "digits": "2023-07-14 11:38:42.123 GET /api/items/48213?offset=100 200 1.25ms\n" * 100,
    }
    for segment in chunk(texts[name]):
        assert len(tokenizer.encode(segment.text).ids) <= 256


def _tokenizer() -> Any:
    found = sorted((REPOSITORY / ".contentcache" / "models").glob("models--*MiniLM*/snapshots/*/tokenizer.json"))
    if not found:
        pytest.skip("MiniLM is not in .contentcache/models")
    from tokenizers import Tokenizer

    return Tokenizer.from_str(json.dumps({**json.loads(found[0].read_text()), "truncation": None, "padding": None}))
