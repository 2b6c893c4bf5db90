"""The real children that read what strangers send, and a look at how much memory they took."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.library import ItemKind, Problem
from backend.library.extract.extractor import ExtractionFailed, Extractor
from backend.library.scan.kinds import kind_of
from backend.library.store import IndexResult
from backend.processing.decoder import Decoder

Read = Callable[[Path], IndexResult | Problem]


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if any(name in " ".join(child.cmdline()) for name in ("extract.child", "decode_child"))
    ]


def peak_mib() -> int:
    """Most memory that a living child ever had, MiB; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    status = [Path(f"/proc/{child.pid}/status").read_text(encoding="ascii") for child in children()]
    return max((int(line.split()[1]) >> 10 for text in status for line in text.splitlines() if line.startswith("VmHWM")), default=0)


def read_with(extractor: Extractor, path: Path) -> IndexResult | Problem:
    """What the window would show of a file: its content, or a sentence with what to do or why there is nothing to do."""
    try:
        return extractor.extract(path, kind_of(path.name), path.with_name("thumbnail.jpg"))
    except ExtractionFailed as error:
        problem = error.problem
    require_sentence(problem)
    return problem


def require_sentence(problem: Problem) -> None:
    assert problem.message.endswith(".")
    assert problem.code.islower()
    assert len(problem.detail or "") < 10_000


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Reads a file, then a good one after it with the same extractor."""
    good = tmp_path / "good" / "good.txt"
    good.parent.mkdir()
    good.write_text("as good as ever", encoding="utf-8")
    with Extractor() as extractor:

        def run(path: Path) -> IndexResult | Problem:
            found = read_with(extractor, path)
            after = extractor.extract(good, ItemKind.DOCUMENT, good.with_suffix(".jpg"))
            assert [segment.text for segment in after.segments] == ["as good as ever"]
            return found

        yield run
    assert children() == []


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder
    assert children() == []
