import sqlite3
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.search.query import parse
from backend.search.snippet import (
    CLOSE,
    ELLIPSIS,
    LENGTH,
    OPEN,
    marked_snippet,
    sentence_snippet,
)
from backend.search.tokenizer import TOKENIZE, Tokenizer

TOKENIZER = Tokenizer()


def in_utf16(text: str, mark: tuple[int, int]) -> str:
    return text.encode("utf-16-le")[2 * mark[0] : 2 * mark[1]].decode("utf-16-le")


def highlighted(text: str, query: str) -> str:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5 (text, tokenize = '{TOKENIZE}')")
    db.execute("INSERT INTO t (text) VALUES (?)", (text,))
    expression = " OR ".join(term.match for term in parse(query, TOKENIZER, typing=True).terms)
    row = db.execute("SELECT highlight(t, 0, ?, ?) FROM t WHERE t MATCH ?", (OPEN, CLOSE, expression)).fetchone()
    db.close()
    return text if row is None else str(row[0])


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("The dogs were barking.", "bark dog ", ["dogs", "barking"]),
        ("A party 🎉🎉 for the dog 🐶 dog", "dog", ["dog", "dog"]),
        ("Universities and a university", "univers", ["Universities", "university"]),
        ("ask not what your country can do", '"your country"', ["your country"]),
        ("Über den Dächern", "uber dacher", ["Über", "Dächern"]),
    ],
)
def test_marks_are_the_words_that_matched(text: str, query: str, marked: list[str]) -> None:
    snippet = marked_snippet(highlighted(text, query))
    assert [in_utf16(snippet.text, mark) for mark in snippet.marks] == marked


def test_long_text_is_cut_at_words_around_the_matches() -> None:
    filler = "lorem ipsum dolor sit amet " * 30
    snippet = marked_snippet(highlighted(f"{filler}the shock wave met the boundary layer {filler}", "shock boundary layer "))
    assert [in_utf16(snippet.text, mark) for mark in snippet.marks] == ["shock", "boundary", "layer"]
    assert snippet.text.startswith(ELLIPSIS)
    assert snippet.text.endswith(ELLIPSIS)
    assert len(snippet.text) <= LENGTH + 2
    words = set(filler.split()) | {"the", "shock", "wave", "met", "boundary", "layer"}
    assert set(snippet.text.strip(ELLIPSIS).split()) <= words


def test_one_run_without_gaps_is_cut_anyway() -> None:
    snippet = marked_snippet("x" * 1000)
    assert LENGTH <= len(snippet.text) <= LENGTH + 2


@given(
    st.lists(st.sampled_from(["dog", "dogs", "🎉", "cat's", "naïve", "e\u0301te", "\n\n", "word", "barking", "x" * 30]), max_size=120),
    st.sampled_from(["dog", "bar", "dog cat", "naive ete", '"dog dogs"']),
)
@settings(deadline=None)
def test_any_snippet_is_whole_short_and_truly_marked(words: list[str], query: str) -> None:
    text = " ".join(words)
    snippet = marked_snippet(highlighted(text, query))
    assert len(snippet.text) <= LENGTH + 2
    assert OPEN not in snippet.text
    assert CLOSE not in snippet.text
    flat = " ".join(text.split())
    assert snippet.text.strip(ELLIPSIS) in flat
    assert all(end <= start for (_, end), (start, _) in pairwise(snippet.marks))
    stems = {token for term in parse(query, TOKENIZER).terms for token in term.tokens}
    for mark in snippet.marks:
        for token in TOKENIZER.tokens(in_utf16(snippet.text, mark)):
            assert any(token.startswith(stem) for stem in stems)
    if OPEN in highlighted(text, query):
        assert snippet.marks


def test_meaning_shows_the_sentence_that_shares_most() -> None:
    text = "The weather was fine that day. " * 8 + "Our costs for travelling rose again. " + "Nobody spoke. " * 20
    snippet = sentence_snippet(text, "travel costs")
    assert snippet.text.startswith(f"{ELLIPSIS}Our costs for travelling")
    assert snippet.marks == []
    assert sentence_snippet("Short  text.", "anything").text == "Short text."
