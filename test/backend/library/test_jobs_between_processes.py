"""Real processes that work for one library, some of them killed at whatever moment it is."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from backend.contract.library import ItemKind, ItemState, Root
from backend.library.store import Library, SeenFile, Worker

from .builders import write

REPOSITORY = Path(__file__).resolve().parents[3]
WORKER = """
import sys, time
from pathlib import Path
from backend.contract.library import SegmentKind
from backend.library.store import IndexResult, Library, NewSegment

data_dir, log, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
with Library.open(data_dir) as library, open(log, "a", buffering=1) as leases:
    while (job := library.lease("audio")) is not None:
        leases.write(f"{job.item_id}\\n")
        time.sleep(pause)
        texts = [f"item {job.item_id} part {part}" for part in range(20)]
        library.finish(job, IndexResult(segments=[NewSegment(SegmentKind.SPEECH, text) for text in texts]))
"""


def worker(library: Library, log: Path, pause: float = 0.0) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER, str(library.data_dir), str(log), str(pause)], cwd=REPOSITORY)


def fill(library: Library, root: Root, count: int) -> None:
    seen = []
    for number in range(count):
        path = write(Path(root.path) / f"{number}.mp3", str(number))
        status = path.stat()
        seen.append(SeenFile(path.name, ItemKind.AUDIO, Worker.AUDIO, status.st_size, status.st_mtime_ns))
    library.apply_scan(root.id, put=seen)


def assert_each_indexed_exactly_once(library: Library, count: int) -> None:
    page = library.items_page(limit=count + 1)
    assert Counter(item.state for item in page.items) == {ItemState.INDEXED: count}
    for item in page.items:
        texts = [segment.text for segment in library.segments_page(item.id).segments]
        assert texts == [f"item {item.id} part {part}" for part in range(20)]
    with library.read_connection() as db:
        assert db.execute("SELECT count(*) FROM jobs").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM segments WHERE kind = 'speech'").fetchone()[0] == 20 * count
        assert db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'part'").fetchone()[0] == 20 * count
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    with library.transaction() as db:
        db.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")


def test_two_processes_share_two_hundred_jobs_without_one_done_twice(library: Library, root: Root, tmp_path: Path) -> None:
    fill(library, root, 200)
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    workers = [worker(library, log, 0.005) for log in logs]
    assert [process.wait(60) for process in workers] == [0, 0]
    shares = [log.read_text().split() for log in logs]
    assert all(shares)
    assert Counter(shares[0] + shares[1]) == Counter(str(item.id) for item in library.items_page(limit=200).items)
    assert_each_indexed_exactly_once(library, 200)


def test_killed_at_any_moment_every_item_is_indexed_exactly_once(library: Library, root: Root, tmp_path: Path) -> None:
    count, log = 300, tmp_path / "leases.log"
    fill(library, root, count)
    moments = random.Random(3)
    kills = 0
    while library.summary().queue.indexed < count * 0.9:
        started = log.stat().st_size if log.exists() else 0
        process = worker(library, log, 0.001)
        while process.poll() is None and not (log.exists() and log.stat().st_size > started):
            time.sleep(0.005)
        # From here on it is in the middle of leasing, working or writing.
        time.sleep(moments.uniform(0.0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        assert kills < 200
    assert worker(library, log).wait(60) == 0
    assert kills >= 3
    assert_each_indexed_exactly_once(library, count)
