import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.library.store.migrations import MIGRATIONS, migrate
from backend.search.query import Query, parse
from backend.search.tokenizer import TOKENIZE, Tokenizer

TOKENIZER = Tokenizer()


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


def matches(terms: object) -> list[str]:
    assert isinstance(terms, tuple)
    return [term.match for term in terms]


def test_tokenizer_is_the_one_of_the_library() -> None:
    assert f"tokenize = '{TOKENIZE}'" in (MIGRATIONS / "0001_library.sql").read_text(encoding="utf-8")


def test_words_phrases_and_exclusions() -> None:
    query = parse('boundary "shock wave" -wing -"flat plate" layer', TOKENIZER)
    assert matches(query.words) == ['"boundary"', '"layer"']
    assert matches(query.phrases) == ['"shock wave"']
    assert matches(query.excluded) == ['"wing"', '"flat plate"']
    assert query.meaning == "boundary shock wave layer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dog bark", ['"dog"', '"bark" *']),
        ("dog bark ", ['"dog"', '"bark"']),
        ("d", ['"d"']),
        ("dog -ba", ['"dog"']),
        ("dog dog", ['"dog" *']),
    ],
)
def test_only_the_last_word_is_a_beginning_while_typing(text: str, expected: list[str]) -> None:
    assert matches(parse(text, TOKENIZER, typing=True).words) == expected
    assert "*" not in "".join(matches(parse(text, TOKENIZER, typing=False).words))


def test_open_phrase_goes_to_the_end_and_is_a_beginning_while_typing() -> None:
    assert matches(parse('say "ask not wh', TOKENIZER, typing=True).phrases) == ['"ask not wh" *']
    assert matches(parse('say "ask not wh', TOKENIZER).phrases) == ['"ask not wh"']
    assert matches(parse('say "ask not"', TOKENIZER, typing=True).phrases) == ['"ask not"']


@pytest.mark.parametrize("text", ["well-known", "a - b", "--verbose", "x-", "3.14", "don’t", "C++", "AND OR NOT NEAR"])
def test_what_is_no_syntax_is_literal(text: str) -> None:
    query = parse(text, TOKENIZER)
    assert query.words
    assert not query.phrases
    assert not query.excluded


@pytest.mark.parametrize("text", ["", " ", '"', '""', "-", '-"', "!?", "🎉", "- - -", "\0", "“”"])
def test_nothing_to_look_for(text: str) -> None:
    assert parse(text, TOKENIZER) == Query("", (), (), ()) or not parse(text, TOKENIZER).terms


def test_apostrophes_are_gaps_within_one_word(db: sqlite3.Connection) -> None:
    for typed in ("don't", "don’t"):
        (term,) = parse(typed, TOKENIZER).words
        assert term.tokens == ("don", "t")


def test_chinese_is_a_beginning_of_a_run() -> None:
    (term,) = parse("东京", TOKENIZER).words
    assert term.prefix


@given(st.text(max_size=60), st.booleans())
@example('a"b', True)
@example("NEAR(a, b", False)
@example('"* ^ : { } -', False)
@example("\ud800", False)
@example("text:a + b", True)
def test_every_string_runs(db: sqlite3.Connection, text: str, typing: bool) -> None:
    query = parse(text, TOKENIZER, typing)
    for term in (*query.terms, *query.excluded):
        assert term.tokens
    match = " AND ".join(term.match for term in query.terms)
    without = " OR ".join(term.match for term in query.excluded)
    for expression in filter(None, (match, without)):
        db.execute("SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?", (expression,)).fetchall()


@given(st.lists(st.sampled_from(['"', "-", "a", "bc", " ", "OR", "*", "(", ")", "“", "'", "^", ":"]), max_size=20))
def test_every_arrangement_of_syntax_runs(db: sqlite3.Connection, parts: list[str]) -> None:
    query = parse("".join(parts), TOKENIZER, typing=True)
    for term in (*query.terms, *query.excluded):
        db.execute("SELECT rowid FROM segments_fts WHERE segments_fts MATCH ?", (term.match,)).fetchall()


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=12))
def test_a_stored_word_is_found_by_itself(db: sqlite3.Connection, word: str) -> None:
    query = parse(word, TOKENIZER)
    if not query.words:
        # SQLite's Unicode tables are older than Python's.
        return
    db.execute("BEGIN")
    try:
        db.execute("INSERT INTO segments_fts (rowid, text) VALUES (1, ?)", (word,))
        expression = " AND ".join(matches(query.words))
        assert db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH ?", (expression,)).fetchone() == (1,)
    finally:
        db.execute("ROLLBACK")
