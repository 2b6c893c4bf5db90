"""What holds for any input at the boundaries that take bytes, lines, paths and queries as they come."""

import codecs
import io
import logging
import os
import sqlite3
import struct
import threading
from collections.abc import Iterator
from encodings.aliases import aliases
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.contract.events import Shutdown, sidecar_command
from backend.library.extract.charset import decode
from backend.library.extract.chunk import MAX_PIECES, MAX_WORDS, chunk, letters_a_piece, normalize, pieces
from backend.library.extract.html import visible_text
from backend.library.extract.protocol import Response, read_response
from backend.library.inside_root import require_inside
from backend.library.store.migrations import migrate
from backend.processing.decode import MediaFacts
from backend.processing.decoder_protocol import Answer, Block, Failed, Finished, Opened, Working, frame_of, read_answer
from backend.processing.media_errors import NoSoundTrack, UnsupportedCodec
from backend.search.query import parse
from backend.search.tokenizer import Tokenizer
from backend.sidecar.lifetime import MAX_COMMAND, Lifetime
from test.backend.fuzz.rounds import ROUNDS

EXAMPLES = 150 * ROUNDS
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOKENIZER = Tokenizer()


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    yield connection
    connection.close()


# Pieces that mean something to FTS5, and characters of which Python and SQLite think differently.
SYNTAX = [
    '"',
    "'",
    "*",
    "^",
    ":",
    "(",
    ")",
    "{",
    "}",
    "+",
    "-",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    "text:",
    "\0",
    "\ud800",
    "\u202e",
    "\u0301",
    "東京",
    "\U0010ffff",
    " ",
]


@SETTINGS
@given(st.lists(st.sampled_from(SYNTAX) | st.text(max_size=5), max_size=30).map("".join), st.booleans())
@example('"' * 2000, True)
@example("a " * 500, False)
def test_any_query_is_one_expression_that_fts5_takes(db: sqlite3.Connection, text: str, typing: bool) -> None:
    query = parse(text, TOKENIZER, typing)
    wanted = " AND ".join(term.match for term in query.terms)
    unwanted = " OR ".join(term.match for term in query.excluded)
    expression = f"({wanted}) NOT ({unwanted})" if wanted and unwanted else wanted or unwanted
    if expression:
        db.execute("SELECT rowid FROM segments_fts WHERE segments_fts MATCH ? ORDER BY rank", (expression,)).fetchall()


COMMANDS = st.sampled_from([b'{"type":"shutdown"}', b"{}", b"\n", b"\r\n", b"\xff\xfe", b"[" * 5000, b'{"type":"shutdown"', b"}", b"null"])


class Undying(Lifetime):
    """Its end by force, which would be that of the tests, is proved in test/backend/sidecar."""

    def _arm_deadline(self, seconds: float) -> None:
        assert seconds > 0


@SETTINGS
@given(st.lists(COMMANDS | st.binary(max_size=40), max_size=20), st.data())
def test_any_bytes_on_stdin_are_commands_or_ignored(parts: list[bytes], data: st.DataObject) -> None:
    """Whole lines that are a shutdown stop, nothing else does but the end; in whatever chunks they come."""
    logging.getLogger("backend.sidecar.lifetime").setLevel(logging.CRITICAL)
    content = b"".join(parts)
    told = any(is_shutdown(line) for line in content.split(b"\n")[:-1])
    read, write = os.pipe()
    lifetime = Undying()
    try:
        lifetime.watch_stdin(read)
        at = 0
        while at < len(content):
            size = data.draw(st.integers(1, 4096))
            os.write(write, content[at : at + size])
            at += size
    finally:
        os.close(write)
        let_go(read)
    assert lifetime.reason == ("shutdown" if told else "stdin closed")


def is_shutdown(line: bytes) -> bool:
    try:
        return isinstance(sidecar_command.validate_json(line), Shutdown)
    except ValidationError:
        return False


def let_go(descriptor: int) -> None:
    """Once nobody reads it any more: its number is soon another file's."""
    for thread in threading.enumerate():
        if thread.name == "stdin":
            thread.join(60)
            assert not thread.is_alive()
    os.close(descriptor)


def test_a_command_without_an_end_is_not_kept_and_what_is_left_of_it_is_none() -> None:
    for ending, reason in (("", "stdin closed"), ("\n", "shutdown")):
        read, write = os.pipe()
        lifetime = Undying()
        lifetime.watch_stdin(read)
        for _ in range(3 * MAX_COMMAND // 4096):
            os.write(write, b"x" * 4096)
        os.write(write, f'{ending}{{"type":"shutdown"}}\n'.encode())
        os.close(write)
        let_go(read)
        assert lifetime.reason == reason


TEXTS = st.none() | st.text(max_size=50)
ANSWERS = st.one_of(
    st.builds(Opened, duration=st.none() | st.floats(0, 1e6), has_video=st.booleans()),
    st.just(Working()),
    st.builds(Finished, damaged_packets=st.integers(0, 10**9)),
    TEXTS.map(UnsupportedCodec).map(Failed.of),
    st.floats(0, 1e6).map(NoSoundTrack).map(Failed.of),
    st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=100).map(lambda values: Block(np.array(values, np.float32))),
)


@SETTINGS
@given(st.lists(ANSWERS, max_size=8))
def test_what_the_decoders_child_says_arrives(answers: list[Answer]) -> None:
    pipe = io.BytesIO(b"".join(map(frame_of, answers)))
    for answer in answers:
        arrived = read_answer(pipe)
        if isinstance(answer, Block):
            assert isinstance(arrived, Block)
            assert np.array_equal(arrived.samples, answer.samples)
        else:
            assert arrived == answer
    assert read_answer(pipe) is None


@SETTINGS
@given(st.lists(ANSWERS, min_size=1, max_size=4), st.data())
@example([Opened(duration=1.0, has_video=False)], None)
def test_frames_that_are_torn_or_changed_are_answers_or_told(answers: list[Answer], data: st.DataObject | None) -> None:
    content = bytearray(b"".join(map(frame_of, answers)))
    if data is not None:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        del content[data.draw(st.integers(0, len(content))) :]
    pipe = io.BytesIO(content)
    try:
        while (answer := read_answer(pipe)) is not None:
            if isinstance(answer, Failed):
                assert answer.error.problem.message
            if isinstance(answer, Opened):
                assert isinstance(answer.facts, MediaFacts)
    except (ValueError, EOFError):
        return


@SETTINGS
@given(st.binary(max_size=200))
@example(struct.pack(">BI", 2, 0xFFFFFFFF))
def test_any_bytes_of_a_child_are_answers_or_told(content: bytes) -> None:
    for reader in (read_answer, read_response):
        try:
            reader(io.BytesIO(content))
        except (ValueError, EOFError):
            continue


def test_a_response_longer_than_any_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.library.extract.protocol.MAX_RESPONSE", 100)
    assert isinstance(read_response(io.BytesIO(b'{"vanished": true}\n')), Response)
    with pytest.raises(ValueError, match="100 bytes without an end"):
        read_response(io.BytesIO(b"x" * 1000))


PARTS = st.sampled_from(["..", ".", "", "a", "b.txt", "link", "out", "loop", "x" * 300, "\n", "%2e%2e", "..\\", "\u202e"]) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("tree")
    root = base / "root"
    (root / "a" / "a").mkdir(parents=True)
    (root / "b.txt").write_text("in", encoding="utf-8")
    (root / "a" / "b.txt").write_text("in", encoding="utf-8")
    (base / "b.txt").write_text("out", encoding="utf-8")
    (root / "link").symlink_to(root / "a")
    (root / "out").symlink_to(base)
    (root / "loop").symlink_to(root / "loop")
    return root


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
@SETTINGS
@given(st.lists(PARTS, max_size=8))
@example(["out", "b.txt"])
@example(["a", "..", "..", "b.txt"])
@example(["link", "b.txt"])
@example(["loop"])
def test_whatever_path_is_inside_is_a_file_below_its_root(tree: Path, parts: list[str]) -> None:
    path = tree / "/".join(parts).lstrip("/")
    try:
        require_inside(tree, path)
    except OSError:
        return
    assert path.is_file()
    assert path.read_text(encoding="utf-8") == "in"
    assert os.path.realpath(path).startswith(f"{os.path.realpath(tree)}/")


MARKS = [
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF32_BE,
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\x1b$B",
    "ü".encode(),
    b'<meta charset="',
]
NAMES = sorted({name.encode() for name in (*aliases, *aliases.values(), "undefined", "unicode_escape", "idna", "punycode", "none")})


@SETTINGS
@given(st.lists(st.sampled_from(MARKS) | st.sampled_from(NAMES) | st.binary(max_size=40), max_size=20).map(b"".join), st.booleans())
def test_any_bytes_are_a_text_that_can_be_stored(content: bytes, markup: bool) -> None:
    decode(content, markup=markup).encode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_any_codec_that_a_page_declares_leaves_a_text(name: bytes) -> None:
    text = decode(b'<meta charset="%s"><p>caf\xe9 \\ud800 \\x00 +2AA- words' % name + b"\xe9\xe8" * 30, markup=True)
    text.encode("utf-8")


@SETTINGS
@given(st.text(st.sampled_from("ab.!? \n\r\t\u2028\u00a0\u0301\u200b東-_7"), max_size=3000), st.booleans())
def test_passages_keep_all_words_in_their_order_and_fit(text: str, lines: bool) -> None:
    segments = list(chunk(text, lines=lines))
    assert "".join("".join(segment.text.split()) for segment in segments) == "".join(normalize(text).split())
    for segment in segments:
        assert len(segment.text.split()) <= MAX_WORDS
        assert pieces(segment.text, letters_a_piece(text)) <= MAX_PIECES


TAGS = [
    "<svg>",
    "</svg>",
    "<head>",
    "</head>",
    "<title>",
    "<p>",
    "</p>",
    "<div hidden>",
    "</div>",
    "<pre>",
    "<!--",
    "-->",
    "<",
    "&#xd800;",
    "<![CDATA[",
    "word",
]


@SETTINGS
@given(st.lists(st.sampled_from(TAGS) | st.text(max_size=5), max_size=40).map("".join))
def test_any_page_has_a_text(html: str) -> None:
    text = visible_text(html)
    assert text == text.strip()
    assert "\n\n\n" not in text
