"""The child process: killed when it hangs, crashes or is no longer wanted, and gone with its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.contract.library import ItemKind
from backend.library.extract.extractor import Abandoned, ExtractionFailed, Extractor

from .builders import docx, paragraph, write

REPOSITORY = Path(__file__).resolve().parents[3]
# Takes its reader many seconds, so that there is a middle to interrupt.
SLOW = "Words of a long document without any end to it whatsoever. " * 600_000


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    with Extractor() as extractor:
        yield extractor


def read(extractor: Extractor, path: Path, wanted: Callable[[], bool] = lambda: True) -> list[str]:
    result = extractor.extract(path, ItemKind.DOCUMENT, path.with_suffix(".jpg"), wanted)
    return [segment.text for segment in result.segments]


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "backend.library.extract.child" in child.cmdline()]


def test_one_child_reads_many_files(extractor: Extractor, tmp_path: Path) -> None:
    assert read(extractor, write(tmp_path / "a.txt", "one")) == ["one"]
    [child] = children()
    assert read(extractor, write(tmp_path / "b\n.txt", "two")) == ["two"]
    assert children() == [child]
    extractor.close()
    assert children() == []


def test_a_child_that_has_read_its_share_is_replaced(extractor: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.library.extract.reader_pool.FILES_PER_READER", 2)
    path = write(tmp_path / "a.txt", "one")
    found = [children() for _ in range(5) if read(extractor, path) == ["one"]]
    assert [len(each) for each in found] == [1] * 5
    assert [each == found[0] for each in found] == [True, True, False, False, False]
    assert [each == found[2] for each in found] == [False, False, True, True, False]


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "slow.txt", SLOW)
    with Extractor(seconds=lambda size: 1.0 if size > 1_000_000 else 60.0) as extractor:
        started = time.monotonic()
        with pytest.raises(ExtractionFailed) as failed:
            read(extractor, path)
        assert time.monotonic() - started < 20
        assert failed.value.problem.code == "took-too-long"
        assert children() == []
        assert read(extractor, write(tmp_path / "a.txt", "one")) == ["one"]


def test_an_unwanted_result_is_not_waited_for(extractor: Extractor, tmp_path: Path) -> None:
    path = write(tmp_path / "slow.txt", SLOW)
    asked: list[float] = []

    def wanted() -> bool:
        asked.append(time.monotonic())
        return len(asked) < 3

    with pytest.raises(Abandoned):
        read(extractor, path, wanted)
    assert len(asked) == 3
    assert children() == []


def test_a_child_that_dies_fails_its_file_only(extractor: Extractor, tmp_path: Path) -> None:
    def kill() -> bool:
        for child in children():
            child.send_signal(signal.SIGSEGV)
        return True

    with pytest.raises(ExtractionFailed) as failed:
        read(extractor, write(tmp_path / "slow.txt", SLOW), kill)
    assert failed.value.problem.code == "damaged"
    assert failed.value.problem.detail == "exit status -11"
    assert read(extractor, write(tmp_path / "a.txt", "one")) == ["one"]
    for child in children():
        child.kill()
        child.wait()
    assert read(extractor, tmp_path / "a.txt") == ["one"]


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is proved where it is reliable")
def test_a_file_that_would_fill_the_memory_is_too_large(extractor: Extractor, tmp_path: Path) -> None:
    path = write(tmp_path / "wide.txt", "a\n")
    with path.open("r+b") as file:
        file.truncate(120 << 20)
    read_code = "from backend.library.extract import child; child.MEMORY = 400 << 20; child.main()"
    request = f'{{"task": "extract", "path": "{path}", "kind": "document", "extension": "txt", "thumbnail": "/nowhere", "limit": 100}}\n'
    done = subprocess.Popen(
        [sys.executable, "-c", read_code],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert done.stdin is not None
    assert done.stdout is not None
    done.stdin.write(request)
    done.stdin.flush()
    line = done.stdout.readline()
    done.stdin.close()
    done.wait(10)
    assert '"too-large"' in line


def test_a_file_that_is_not_there(extractor: Extractor, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(extractor, tmp_path / "missing.txt")


def test_a_folder_named_like_a_file_fails_in_words(extractor: Extractor, tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(ExtractionFailed) as failed:
        read(extractor, tmp_path / "a.txt")
    assert failed.value.problem.code == "cannot-open"


def test_a_document_that_unpacks_to_gigabytes_is_refused_quickly(extractor: Extractor, tmp_path: Path) -> None:
    bomb = write(tmp_path / "bomb.docx", docx(paragraph("a " * (150 << 20))))
    with pytest.raises(ExtractionFailed) as failed:
        read(extractor, bomb)
    assert failed.value.problem.code == "too-large"


PARENT = """
import sys
from pathlib import Path
from backend.contract.library import ItemKind
from backend.library.extract.extractor import Extractor

extractor = Extractor()
extractor.extract(Path(sys.argv[1]), ItemKind.DOCUMENT, Path("/nowhere"))
print("read", flush=True)
extractor.extract(Path(sys.argv[2]), ItemKind.DOCUMENT, Path("/nowhere"))
"""


@pytest.mark.parametrize("busy", [True, False])
def test_the_child_goes_when_its_parent_is_killed(tmp_path: Path, busy: bool) -> None:
    quick, slow = write(tmp_path / "a.txt", "one"), write(tmp_path / "slow.txt", SLOW)
    code = PARENT if busy else PARENT.replace("extractor.extract(Path(sys.argv[2])", "input() or (Path(sys.argv[2])")
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(quick), str(slow)], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "read\n"
    [child] = psutil.Process(parent.pid).children()
    time.sleep(0.3)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    psutil.wait_procs([child], timeout=20)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
