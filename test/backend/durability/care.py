"""The real program for the care of a library, and libraries for it to work on."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from backend.contract.events import sidecar_event
from backend.contract.library import ItemKind, SegmentKind
from backend.library.store import IndexResult, Library, NewSegment, SeenFile, Worker

CHECKOUT = Path(__file__).resolve().parents[3]
Event = dict[str, Any]


def start(data_dir: Path, *arguments: object, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "CONTENTCACHE_DATA_DIR": str(data_dir)}
    return subprocess.Popen(
        [sys.executable, "-m", "backend.library.care", *map(str, arguments)],
        cwd=CHECKOUT,
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(data_dir: Path, *arguments: object) -> tuple[int, Event]:
    """Exit code and last event of a task. Every line must be an event, the last one, and only that, `library-care-ended`."""
    with start(data_dir, *arguments, "--json") as process:
        output, log = process.communicate(timeout=100)
    events: list[Event] = [json.loads(line) for line in output.splitlines()]
    for event in events:
        sidecar_event.validate_python(event)
    kinds = [event["type"] for event in events]
    assert kinds[-1:] == ["library-care-ended"], log.decode()
    assert set(kinds[:-1]) == {"library-care-progress"}, kinds
    return process.returncode, events[-1]


def fill(library: Library, folder: Path, count: int, passages: int = 8, first: int = 0) -> int:
    """Index `count` recordings of a new folder as audioprocessor would, each with `passages` said; the folder's id."""
    folder.mkdir(exist_ok=True)
    known = {root.path: root.id for root in library.roots()}
    root_id = known.get(str(folder)) or library.add_root(folder).id
    seen = []
    for number in range(first, first + count):
        path = folder / f"{number}.mp3"
        path.write_text(f"sound {number}")
        status = path.stat()
        seen.append(SeenFile(path.name, ItemKind.AUDIO, Worker.AUDIO, status.st_size, status.st_mtime_ns))
    library.apply_scan(root_id, put=seen)
    while (job := library.lease(Worker.AUDIO)) is not None:
        library.finish(job, result(job.name, passages))
    return root_id


def result(name: str, passages: int) -> IndexResult:
    said = [f"{name} says number {n} of harbour boat mooring" for n in range(passages)]
    return IndexResult(segments=[NewSegment(SegmentKind.SPEECH, text, start=float(n), end=n + 1.0) for n, text in enumerate(said)])


def embed(library: Library) -> None:
    """A vector for each passage, as the embedding loop would write it."""
    with library.transaction() as db:
        db.execute(
            """
            INSERT INTO embeddings (segment_id, model, scale, vector)
            SELECT id, 'model', 0.01, randomblob(384) FROM segments
            WHERE kind <> 'name' AND id NOT IN (SELECT segment_id FROM embeddings)
            """
        )


def contents(database: Path) -> dict[str, tuple[str, list[tuple[Any, ...]]]]:
    """State, passages and vectors of every file by its path, of a database that is sound in every way."""
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
        found: dict[str, tuple[str, list[tuple[Any, ...]]]] = {}
        for item_id, state, root, path in db.execute(
            "SELECT i.id, i.state, r.path, i.path FROM items i JOIN roots r ON r.id = i.root_id WHERE r.removed_at IS NULL"
        ):
            rows = db.execute(
                """
                SELECT s.ordinal, s.kind, s.text, s.start, e.vector FROM segments s LEFT JOIN embeddings e ON e.segment_id = s.id
                WHERE s.item_id = ? ORDER BY s.ordinal
                """,
                (item_id,),
            )
            found[f"{root}/{path}"] = (state, rows.fetchall())
        return found


@contextmanager
def opened(data_dir: Path) -> Iterator[Library]:
    with Library.open(data_dir) as library:
        yield library


def others(data_dir: Path, what: str) -> list[Path]:
    """What is kept beside the library: `damaged` or `before-restore`, without logs."""
    return sorted(data_dir.glob(f"library-{what}-*.db"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
