"""A file is set aside for crashes that it is proven to have caused, soon; for ends that anything may have caused, late."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.contract.library import ItemKind, ItemState, Root
from backend.library.store import Library, SeenFile, Worker
from backend.library.store.crash_record import OLD
from backend.library.store.jobs import MAX_CRASHES, MAX_LOST

from .builders import write

REPOSITORY = Path(__file__).resolve().parents[3]

# The recording is worked on in a function of a file of the worker's name, as in audioprocessor.
WORKER = """
import ctypes, os, sys, threading, time
from pathlib import Path
from backend.library.store import Library
from backend.library.store.crash_record import CrashRecord

library = Library.open(Path(sys.argv[1]))
record = CrashRecord.begin(library.data_dir)
crash = lambda: ctypes.string_at(0)
names = {"how": sys.argv[2], "crash": crash, "threading": threading, "time": time, "library": library}
code = '''
def work():
    job = library.lease("audio")
    print("none" if job is None else job.name, flush=True)
    if job is None:
        return
    if how == "crashes":
        crash()
    if how == "crashes elsewhere":
        threading.Thread(target=crash).start()
    time.sleep(600)
'''
exec(compile(code, "backend/processing/audio_worker.py", "exec"), names)
names["work"]()
record.end()
library.close()
"""


@pytest.fixture
def lent(library: Library, root: Root) -> Library:
    path = write(Path(root.path) / "a.mp3", "a")
    status = path.stat()
    library.apply_scan(root.id, put=[SeenFile("a.mp3", ItemKind.AUDIO, Worker.AUDIO, status.st_size, status.st_mtime_ns)])
    return library


def work(library: Library, how: str) -> str:
    """One run of a worker process; the name of the file that it took."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(library.data_dir), how], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    taken = process.stdout.readline().strip()
    if how == "is killed" and taken != "none":
        process.send_signal(signal.SIGKILL)
    code = process.wait(60)
    process.stdout.close()
    assert code == (0 if taken == "none" else -signal.SIGKILL if how == "is killed" else -signal.SIGSEGV)
    return taken


def records(library: Library) -> list[Path]:
    return list((library.data_dir / "run").glob("crash-*"))


def test_two_proven_crashes_fail_a_file(lent: Library) -> None:
    [item] = lent.items_page().items
    for _ in range(MAX_CRASHES):
        assert work(lent, "crashes") == "a.mp3"
        assert len(records(lent)) == 1
        lent.release_dead_owners()
        assert records(lent) == []
    failed = lent.item(item.id)
    assert failed.state is ItemState.FAILED
    assert failed.problem is not None
    assert failed.problem.code == "crashes"
    assert work(lent, "crashes") == "none"
    lent.retry(item.id)
    assert work(lent, "crashes") == "a.mp3"


def test_the_next_opening_blames_too(lent: Library) -> None:
    [item] = lent.items_page().items
    assert work(lent, "crashes") == "a.mp3"
    assert work(lent, "crashes") == "a.mp3"
    assert work(lent, "crashes") == "none"
    assert lent.item(item.id).state is ItemState.FAILED


@pytest.mark.parametrize("how", ["is killed", "crashes elsewhere"])
def test_an_end_that_the_file_is_not_proven_to_have_caused_counts_little(lent: Library, how: str) -> None:
    [item] = lent.items_page().items
    for _ in range(MAX_CRASHES + 1):
        assert work(lent, how) == "a.mp3"
        [freed] = lent.release_dead_owners()
        assert freed.state is ItemState.WAITING
    with lent.read_connection() as db:
        assert tuple(db.execute("SELECT attempts, crashes FROM jobs").fetchone()) == (MAX_CRASHES + 1, 0)
    with lent.transaction() as db:
        db.execute("UPDATE jobs SET attempts = ?", (MAX_LOST - 1,))
    assert work(lent, how) == "a.mp3"
    lent.release_dead_owners()
    assert lent.lease(Worker.AUDIO) is None
    failed = lent.item(item.id)
    assert failed.state is ItemState.FAILED
    assert failed.problem is not None
    assert str(MAX_LOST) in failed.problem.message


def test_an_orderly_end_leaves_no_record(library: Library) -> None:
    assert work(library, "crashes") == "none"
    assert records(library) == []


def test_a_record_under_a_name_that_is_no_record_s_keeps_nobody_out(library: Library) -> None:
    copy = write(library.data_dir / "run" / "crash-host_12_3.00 (copy).txt", "")
    long_ago = time.time() - OLD - 60
    os.utime(copy, (long_ago, long_ago))
    with Library.open(library.data_dir):
        assert records(library) == []
