"""What a child of the extractor may write: anything at all, as it may be in the hands of the file that it reads."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.library import ItemKind, ItemState
from backend.library.extract import protocol
from backend.library.extract.extractor import ExtractionFailed, Extractor
from backend.library.indexer import Indexer
from backend.library.scan.scan import scan
from backend.library.store import Library
from backend.library.store.jobs import MAX_CRASHES

PROGRAM = "import os, sys, time\nsys.stdin.buffer.readline()\n"


@pytest.fixture
def impostor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Extractor]]:
    """An extractor whose child is another program."""
    extractors: list[Extractor] = []

    def make(code: str) -> Extractor:
        monkeypatch.setattr(
            "backend.library.extract.reader_process._start",
            lambda _: subprocess.Popen(
                [sys.executable, "-c", PROGRAM + code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ),
        )
        extractors.append(Extractor(seconds=lambda _: 20.0))
        return extractors[-1]

    yield make
    for extractor in extractors:
        extractor.close()


@pytest.mark.parametrize(
    "code",
    [
        "",
        "os.write(1, b'{}\\n')",
        "os.write(1, b'half a line')",
        "os.write(1, b'{\"result\": 5}\\n')",
        "os.write(1, os.urandom(100000) + b'\\n')",
        "os.write(1, b'{\"result\": {\"segments\": [' + b'[' * 100000 + b'\\n')",
        "while True: os.write(1, b'x' * 65536)",
        "os.close(1); time.sleep(60)",
        "os.write(2, b'\\n' * 1000000); os._exit(7)",
    ],
)
def test_a_child_that_writes_what_is_no_answer_fails_its_file(
    impostor: Callable[[str], Extractor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(protocol, "MAX_RESPONSE", 8 << 20)
    path = tmp_path / "a.txt"
    path.write_text("one", encoding="utf-8")
    before = psutil.Process().memory_info().rss
    with pytest.raises(ExtractionFailed) as failed:
        impostor(code).extract(path, ItemKind.DOCUMENT, tmp_path / "a.jpg")
    assert failed.value.problem.code == "damaged"
    assert psutil.Process().memory_info().rss - before < 64 << 20


def test_a_child_that_says_nothing_is_given_up(impostor: Callable[[str], Extractor], tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one", encoding="utf-8")
    extractor = impostor("time.sleep(60)")
    extractor._seconds = lambda _: 1.0
    with pytest.raises(ExtractionFailed) as failed:
        extractor.extract(path, ItemKind.DOCUMENT, tmp_path / "a.jpg")
    assert failed.value.problem.code == "took-too-long"
    assert psutil.Process().children() == []


def test_an_answer_that_the_library_cannot_keep_fails_its_file_and_holds_nobody_up(
    impostor: Callable[[str], Extractor], tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("one", encoding="utf-8")
    # No integer of SQLite's.
    code = """
while True:
    os.write(1, b'{"result": {"segments": [{"kind": "text", "text": "one", "page": 1' + b'0' * 30 + b'}]}}\\n')
    sys.stdin.buffer.readline() or sys.exit()
"""
    with Library.open(tmp_path / "data") as library:
        scan(library, library.add_root(folder).id)
        indexer = Indexer(library, lambda _: None, impostor(code))
        for _ in range(MAX_CRASHES):
            with pytest.raises(OverflowError):
                indexer.work_once()
        assert not indexer.work_once()
        [item] = library.items_page().items
        assert item.state is ItemState.FAILED
        assert item.problem is not None
        assert "OverflowError" in str(item.problem.detail)
