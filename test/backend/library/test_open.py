import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.contract.library import Root
from backend.library.store import Library, LibraryDamaged, LibraryTooNew

from .builders import write

REPOSITORY = Path(__file__).resolve().parents[3]


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


HOLD_OPEN = """
import sys
from pathlib import Path
from backend.library.store import Library
library = Library.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
library.close()
"""


def opened(data_dir: Path) -> subprocess.Popen[str]:
    process = run(HOLD_OPEN, data_dir)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_the_database_is_durable_against_crashes_and_checked(library: Library) -> None:
    with library.read_connection() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 1
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_reading_cannot_write(library: Library) -> None:
    with library.read_connection() as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("INSERT INTO meta VALUES ('a', 'b')")
    with library.transaction() as db:
        db.execute("INSERT INTO meta VALUES ('a', 'b')")


def test_a_failed_transaction_leaves_nothing_and_frees_the_lock(library: Library) -> None:
    def fail_half_way() -> None:
        with library.transaction() as db:
            db.execute("INSERT INTO meta VALUES ('a', 'b')")
            db.execute("INSERT INTO meta VALUES ('a', 'again')")

    with pytest.raises(sqlite3.IntegrityError):
        fail_half_way()
    with library.transaction() as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key = 'a'").fetchone()[0] == 0


def test_a_library_of_a_newer_version_is_refused(data_dir: Path) -> None:
    Library.open(data_dir).close()
    db = sqlite3.connect(data_dir / "library.db")
    db.execute("PRAGMA user_version = 1000")
    db.close()
    with pytest.raises(LibraryTooNew):
        Library.open(data_dir)


def test_something_else_named_library_is_damaged(data_dir: Path) -> None:
    write(data_dir / "library.db", b"this is no database" * 1000)
    with pytest.raises(LibraryDamaged) as damaged:
        Library.open(data_dir)
    next_step = damaged.value.problem.next_step or ""
    assert all(
        words in next_step for words in ("new library is made from your folders", "damaged file is kept", "own files are not affected")
    )
    assert (data_dir / "library.db").read_bytes() == b"this is no database" * 1000


@pytest.mark.parametrize("killed", [True, False])
def test_the_file_is_checked_when_the_last_run_did_not_close_it(data_dir: Path, killed: bool) -> None:
    Library.open(data_dir).close()
    holder = opened(data_dir)
    if killed:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    else:
        holder.communicate("")
    _break_a_foreign_key(data_dir)
    if killed:
        with pytest.raises(LibraryDamaged):
            Library.open(data_dir)
    else:
        Library.open(data_dir).close()


def test_a_library_that_another_process_has_open_counts_as_closed_cleanly(data_dir: Path) -> None:
    Library.open(data_dir).close()
    holder = opened(data_dir)
    try:
        _break_a_foreign_key(data_dir)
        Library.open(data_dir).close()
    finally:
        holder.communicate("")


def _break_a_foreign_key(data_dir: Path) -> None:
    db = sqlite3.connect(data_dir / "library.db")
    db.execute("INSERT INTO jobs (item_id, worker) VALUES (4711, 'audio')")
    db.commit()
    db.close()


def test_processes_and_threads_can_create_a_library_at_once(data_dir: Path) -> None:
    processes = [run(HOLD_OPEN, data_dir) for _ in range(4)]
    for process in processes:
        output, _ = process.communicate("")
        assert (process.returncode, output) == (0, "open\n")
    with ThreadPoolExecutor(8) as pool:
        for library in pool.map(lambda _: Library.open(data_dir), range(8)):
            library.close()


def test_threads_share_one_library(library: Library, root: Root) -> None:
    def write_and_read(number: int) -> int:
        with library.transaction() as db:
            db.execute("INSERT INTO meta VALUES (?, ?)", (f"thread {number}", os.urandom(4).hex()))
        return library.root(root.id).id

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(write_and_read, range(200))) == {root.id}
    with library.read_connection() as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'thread %'").fetchone()[0] == 200


def test_data_version_tells_of_own_and_of_other_processes_changes(library: Library, data_dir: Path, folder: Path) -> None:
    before = library.data_version()
    assert library.data_version() == before
    root = library.add_root(folder)
    own = library.data_version()
    assert own != before
    with library.scanning(root.id):
        assert library.data_version() != own
        assert library.roots()[0].scanning
    own = library.data_version()
    other = run(
        "import sys\nfrom pathlib import Path\nfrom backend.library.store import Library\nLibrary.open(Path(sys.argv[1])).close()", data_dir
    )
    other.communicate()
    assert other.returncode == 0
    assert library.data_version() != own
