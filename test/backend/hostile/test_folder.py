"""A folder full of traps, through the real library: what is no file is not met, what is broken has a sentence, the rest is found."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.contract.library import ItemState
from backend.library.indexer import Indexer
from backend.library.scan.scan import scan
from backend.library.store import Library
from test.backend.hostile import bombs
from test.backend.library.builders import docx, paragraph, write


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "data") as library:
        yield library


@pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and sockets of POSIX")
def test_a_folder_of_traps(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "files"
    write(folder / "good.txt", "as good as ever")
    write(folder / "good\nline \u202etxt.<img src=x>.docx", docx(paragraph("<script>alert(1)</script> good")))
    write(folder / "bomb.docx", bombs.zip_of_packed("word/document.xml", b"\0\0\0\xff\xff" * 1000, 1 << 31))
    write(folder / "huge.png", bombs.png(100_000, 100_000, bytes(1000)))
    write(folder / "torn.pdf", b"%PDF-1.7\n")
    write(folder / "empty.pdf", b"")
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(5 << 30)
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / ("x" * 240 + ".txt")).write_text("a long name", encoding="utf-8")
    # A socket's address may be 100 characters long.
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
    root = library.add_root(folder)
    scan(library, root.id)
    indexer = Indexer(library, lambda _: None)
    try:
        while indexer.work_once():
            pass
    finally:
        indexer.stop()
    items = {item.name: item for item in library.items_page(limit=100).items}
    states = {name: item.state for name, item in items.items()}
    failed = {name for name, state in states.items() if state is ItemState.FAILED}
    assert failed == {"bomb.docx", "torn.pdf", "empty.pdf", "sparse.txt"}
    assert {name for name, state in states.items() if state is ItemState.INDEXED} == {
        "good.txt",
        "good\nline \u202etxt.<img src=x>.docx",
        "huge.png",
        "x" * 240 + ".txt",
    }
    assert len(states) == 8
    for name in failed:
        problem = items[name].problem
        assert problem is not None
        assert problem.message.endswith(".")
    with library.read_connection() as db:
        found = db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'good'").fetchone()[0]
    assert found >= 2
