"""`kill -9` in the middle of migrations, deletions and embedding: what was there before, or what should be there after, and no half.

Results of indexing: test/backend/library/test_jobs_between_processes.py. Backup, restore, recovery: test_care.py.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from backend.library.store import Library
from backend.library.store.migrations import MIGRATIONS, available, newest
from backend.search.vectors import VectorIndex

from .care import contents, fill
from .killing import begin, duration, kill_at, kill_when, shares

POINTS = 7
# Of a kill in the middle of work that a busy machine may have ended before it was looked at.
TRIES = 10


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


# Migration

MIGRATE = """
import sys
from pathlib import Path
from backend.library.store.connection import connect
from backend.library.store.migrations import migrate
db = connect(Path(sys.argv[1]))
print("begun", flush=True)
migrate(db, Path(sys.argv[2]))
"""
# What a large change of the schema does: a new table with every row, in place of the old one, and its index made again.
REBUILD = """
CREATE TABLE segments_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL, text TEXT NOT NULL, page INTEGER, line INTEGER, start REAL, "end" REAL, language TEXT, score REAL, note TEXT
) STRICT;
INSERT INTO segments_new SELECT *, 'migrated' FROM segments;
DROP TRIGGER segments_after_insert;
DROP TRIGGER segments_after_delete;
DROP TRIGGER segments_after_update;
ALTER TABLE segments RENAME TO segments_old;
ALTER TABLE segments_new RENAME TO segments;
INSERT INTO segments_fts (segments_fts) VALUES ('rebuild');
"""


def as_of_version_one(data_dir: Path, records: Path) -> dict[str, object]:
    """A library with many rows as the first version of the app wrote it; what it holds."""
    with Library.open(data_dir) as library:
        fill(library, records, 120, passages=40)
    database = data_dir / "library.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("DROP TABLE segments_vocabulary")
        db.execute("ALTER TABLE jobs DROP COLUMN crashes")
        db.execute("PRAGMA user_version = 1")
    (data_dir / "folders.json").unlink()
    return dict(contents(database))


def test_killed_in_a_migration_a_library_is_of_the_old_or_of_the_new_version_and_whole(data_dir: Path, tmp_path: Path) -> None:
    before = as_of_version_one(data_dir, tmp_path / "records")
    steps = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, steps)
    last = len(available(steps)) + 1
    (steps / f"{last:04}_rebuild.sql").write_text(REBUILD)
    pristine = tmp_path / "pristine.db"
    (data_dir / "library.db").rename(pristine)
    work = tmp_path / "work.db"
    shutil.copy(pristine, work)
    seconds = duration(MIGRATE, work, steps)

    def killed_by(kill: Callable[["subprocess.Popen[bytes]"], object]) -> int:
        for suffix in ("", "-wal", "-shm"):
            work.with_name(f"work.db{suffix}").unlink(missing_ok=True)
        shutil.copy(pristine, work)
        kill(begin(MIGRATE, work, steps))
        with closing(sqlite3.connect(work)) as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            has_rebuilt = "note" in {row[1] for row in db.execute("PRAGMA table_info(segments)")}
            has_crashes = "crashes" in {row[1] for row in db.execute("PRAGMA table_info(jobs)")}
        assert (has_rebuilt, has_crashes) == (version == last, version >= 3)
        assert contents(work) == before
        kill_at(1.0, 60.0, begin(MIGRATE, work, steps))
        assert contents(work) == before
        return version

    def has_begun() -> bool:
        log = work.with_name("work.db-wal")
        return log.exists() and log.stat().st_size > 0

    versions = {killed_by(partial(kill_at, share, seconds)) for share in shares(POINTS)}
    # In the middle of it too, and not only before and after.
    assert versions - {1, last} or any(killed_by(partial(kill_when, has_begun)) < last for _ in range(TRIES))


OPEN = """
import sys
from pathlib import Path
from backend.library.store import Library
print("begun", flush=True)
Library.open(Path(sys.argv[1])).close()
"""


def test_killed_in_the_first_opening_of_an_old_library_the_next_one_ends_it(data_dir: Path, tmp_path: Path) -> None:
    before = as_of_version_one(data_dir, tmp_path / "records")
    pristine = tmp_path / "pristine"
    data_dir.rename(pristine)
    shutil.copytree(pristine, data_dir)
    seconds = duration(OPEN, data_dir)
    for share in shares(POINTS):
        shutil.rmtree(data_dir)
        shutil.copytree(pristine, data_dir)
        kill_at(share, seconds, begin(OPEN, data_dir))
        with Library.open(data_dir) as library, library.read_connection() as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] == newest()
        assert contents(data_dir / "library.db") == before
        assert (data_dir / "folders.json").is_file()


# Deletion

PURGE = """
import sys
from pathlib import Path
from backend.library.store import Library
library = Library.open(Path(sys.argv[1]))
print("begun", flush=True)
library.purge_removed(0.0)
library.close()
"""


def test_killed_while_a_folder_is_purged_the_others_are_whole_and_the_purge_goes_on(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "stays", 20)
        gone = fill(library, tmp_path / "goes", 1600, passages=4)
        library.remove_root(gone)
    stays = contents(data_dir / "library.db")
    assert len(stays) == 20
    pristine = tmp_path / "pristine"
    shutil.copytree(data_dir, pristine)
    seconds = duration(PURGE, data_dir)

    def items_left() -> int:
        with closing(sqlite3.connect(data_dir / "library.db")) as db:
            return int(db.execute("SELECT count(*) FROM items WHERE root_id = ?", (gone,)).fetchone()[0])

    def killed_by(kill: Callable[["subprocess.Popen[bytes]"], object]) -> int:
        shutil.rmtree(data_dir)
        shutil.copytree(pristine, data_dir)
        kill(begin(PURGE, data_dir))
        assert contents(data_dir / "library.db") == stays
        with Library.open(data_dir) as library:
            left = items_left()
            assert [root.path for root in library.roots()] == [str(tmp_path / "stays")]
            library.purge_removed(0.0)
            with library.read_connection() as db:
                assert db.execute("SELECT count(*) FROM roots").fetchone()[0] == 1
                assert db.execute("SELECT count(*) FROM items").fetchone()[0] == 20
        assert contents(data_dir / "library.db") == stays
        return left

    left = {killed_by(partial(kill_at, share, seconds)) for share in shares(POINTS)}
    assert left - {0, 1600} or any(0 < killed_by(partial(kill_when, lambda: items_left() < 1600)) < 1600 for _ in range(TRIES))


# Embedding

EMBED = """
import hashlib, os, sys, threading
from pathlib import Path
import numpy as np
from backend.library.store import Library
from backend.search.embedder import QueryEmbedding
from backend.search.embedding_loop import EmbeddingLoop
from backend.search.meaning import Meaning
from backend.search.vectors import VectorIndex

class Engine:
    id, dimension = "test/digest", 64
    def encode_query(self, text):
        return QueryEmbedding(self.encode_segments([text])[0], 1)
    def encode_segments(self, texts):
        rows = np.array([np.frombuffer(hashlib.sha512(text.encode()).digest(), np.uint8) for text in texts], np.float32) - 127.5
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

library = Library.open(Path(sys.argv[1]))
index = VectorIndex(Engine.id, Engine.dimension)
stopping = threading.Event()

def load(_):
    print("begun", flush=True)
    with library.read_connection() as db:
        index.synchronise(db)

def report(message, error):
    raise SystemExit(message) from error

meaning = Meaning(lambda: Path("."), lambda _: Engine(), lambda _: None, load)
loop = EmbeddingLoop(library, meaning, index, report)

def watch():
    while library.summary().queue.to_embed:
        stopping.wait(0.02)
    stopping.set()

engine = meaning.run(stopping)
threading.Thread(target=watch).start()
loop.run(engine, stopping)
with library.read_connection() as db:
    assert len(index) == db.execute("SELECT count(*) FROM embeddings").fetchone()[0]
library.close()
"""


def vectors(data_dir: Path) -> dict[int, tuple[str, float, bytes]]:
    with closing(sqlite3.connect(data_dir / "library.db")) as db:
        return {row[0]: row[1:] for row in db.execute("SELECT segment_id, model, scale, vector FROM embeddings")}


def test_killed_while_vectors_are_written_or_loaded_the_table_is_whole_and_all_that_there_is(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "records", 60, passages=30)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(data_dir, undisturbed)
    seconds = duration(EMBED, undisturbed)
    expected = vectors(undisturbed)
    assert len(expected) == 1800

    def forget() -> None:
        with closing(sqlite3.connect(data_dir / "library.db")) as db:
            db.execute("DELETE FROM embeddings")
            db.commit()

    def killed_by(kill: Callable[["subprocess.Popen[bytes]"], object]) -> int:
        kill(begin(EMBED, data_dir))
        found = vectors(data_dir)
        # Each row is the one that belongs there, or is not there yet.
        assert found.items() <= expected.items()
        return len(found)

    counts = set()
    for number, share in enumerate(shares(POINTS)):
        if number % 4 == 0:
            # From nothing, and again and again on top of what there is.
            forget()
        counts.add(killed_by(partial(kill_at, share / 2, seconds)))
    for _ in range(TRIES):
        if counts - {0, len(expected)}:
            break
        forget()
        counts.add(killed_by(partial(kill_when, lambda: len(vectors(data_dir)) > 0)))
    assert counts - {0, len(expected)}
    assert begin(EMBED, data_dir).wait(60) == 0
    assert vectors(data_dir) == expected
    # No second truth beside it: what is searched is made of the table alone.
    assert sorted(everything_in(data_dir)) == ["folders.json", "library.db"]
    index = VectorIndex("test/digest", 64)
    with Library.open(data_dir) as library, library.read_connection() as db:
        index.synchronise(db)
    assert len(index) == len(expected)


def everything_in(data_dir: Path) -> Iterator[str]:
    return (str(path.relative_to(data_dir)) for path in data_dir.rglob("*") if path.is_file())
