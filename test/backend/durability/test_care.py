"""Backup, restore and recovery by the program that a person or the application starts."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backend.contract.library import ItemState
from backend.library.scan.scan import scan
from backend.library.store import Library, LibraryDamaged, LibraryMissing
from backend.library.store.folders import FILE, read
from backend.library.store.migrations import newest

from .care import CHECKOUT, contents, embed, files, fill, others, run, start
from .damage import as_if_killed, leaves, zero_a_leaf, zero_pages

COUNT = 80


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def filled(data_dir: Path, tmp_path: Path) -> Path:
    """A closed library of COUNT recordings in one folder."""
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "records", COUNT)
        embed(library)
    return data_dir


# Backup


WRITER = """
import sys
from pathlib import Path
from backend.contract.library import ItemKind, SegmentKind
from backend.library.store import IndexResult, Library, NewSegment, SeenFile, Worker
with Library.open(Path(sys.argv[1])) as library:
    [root] = library.roots()
    for number in range(10_000):
        library.apply_scan(root.id, put=[SeenFile(f"new {number}.mp3", ItemKind.AUDIO, Worker.AUDIO, 1, 1)])
        job = library.lease(Worker.AUDIO)
        library.finish(job, IndexResult(segments=[NewSegment(SegmentKind.SPEECH, f"{job.name} {n}") for n in range(8)]))
        print(number, flush=True)
"""


def test_a_backup_beside_a_process_that_writes_is_whole_and_can_be_restored(filled: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(filled)]
    target = tmp_path / "backup.db"
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        try:
            for _ in range(3):
                before = int(writer.stdout.readline())
                code, ended = run(filled, "backup", "--to", target)
                assert (code, ended["outcome"], ended["file"], ended["folders"]) == (0, "done", str(target), 1)
                saved = contents(target)
                # Everything that was finished before it began, and no half of anything.
                assert len(saved) >= COUNT + before
                for state, rows in saved.values():
                    assert len(rows) == 9 if state == "indexed" else len(rows) == 1
        finally:
            writer.kill()
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("SELECT count(*) FROM jobs WHERE owner IS NOT NULL").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM items WHERE state = 'working'").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'open/%'").fetchone()[0] == 0
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
    bytes_of_backup = target.read_bytes()
    code, ended = run(filled, "restore", "--from", target)
    assert (code, ended["outcome"]) == (0, "done")
    assert contents(filled / "library.db") == saved
    assert target.read_bytes() == bytes_of_backup
    assert len(contents(Path(ended["file"]))) > len(saved) - 1
    with Library.open(filled) as library:
        assert library.summary().queue.working == 0
        assert scan(library, library.roots()[0].id).available


@pytest.mark.parametrize("target", ["library.db", "library.db-wal", "../data/library.db"])
def test_a_backup_never_goes_over_the_library(filled: Path, target: str) -> None:
    before = files(filled)
    code, ended = run(filled, "backup", "--to", filled / target)
    assert (code, ended["problem"]["code"]) == (1, "is-the-library")
    assert files(filled) == before


def test_a_backup_that_cannot_be_written_says_why_and_leaves_the_old_one(filled: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "nowhere" / "backup.db", tmp_path / "records", tmp_path / ("x" * 300)):
        code, ended = run(filled, "backup", "--to", target)
        assert (code, ended["problem"]["code"]) == (1, "not-written")
        assert ended["problem"]["next_step"]
    code, ended = run(tmp_path / "empty", "backup", "--to", tmp_path / "backup.db")
    assert (code, ended["problem"]["code"]) == (1, "no-library")
    assert not (tmp_path / "backup.db").exists()


@pytest.mark.parametrize("table", ["segments", "segments_by_item", "segments_fts_data"])
def test_a_damaged_library_is_not_backed_up_over_a_good_backup(filled: Path, tmp_path: Path, table: str) -> None:
    target = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", target)[0] == 0
    saved = contents(target)
    zero_a_leaf(filled / "library.db", table)
    damaged = (filled / "library.db").read_bytes()
    code, ended = run(filled, "backup", "--to", target)
    assert (code, ended["problem"]["code"]) == (1, "library-damaged")
    assert contents(target) == saved
    # Which can then take its place.
    code, ended = run(filled, "restore", "--from", target)
    assert code == 0
    assert contents(filled / "library.db") == saved
    assert Path(ended["file"]).read_bytes() == damaged


@pytest.mark.parametrize("way", ["end of stdin", "shutdown", "SIGTERM"])
def test_a_cancelled_backup_leaves_the_old_one(filled: Path, tmp_path: Path, way: str) -> None:
    target = tmp_path / "backup.db"
    target.write_bytes(b"the old one")
    with Library.open(filled) as library, library.transaction() as db:
        # Large enough to take a while.
        db.execute("CREATE TABLE ballast (x)")
        db.executemany("INSERT INTO ballast VALUES (randomblob(?))", ((4000,) for _ in range(25_000)))
    with start(filled, "backup", "--to", target, "--json", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        while not list(tmp_path.glob(".backup.db.*")):
            assert process.poll() is None
        if way == "SIGTERM":
            process.send_signal(signal.SIGTERM)
        elif way == "shutdown":
            process.stdin.write(b'{"type":"shutdown"}\n')
            process.stdin.flush()
        else:
            process.stdin.close()
        lines = process.stdout.readlines()
        assert process.wait(60) == 130
    assert b'"outcome":"cancelled"' in lines[-1]
    assert target.read_bytes() == b"the old one"
    assert list(tmp_path.glob(".backup.db.*")) == []


def test_killed_at_any_moment_a_backup_leaves_the_old_one_or_is_whole(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", target)[0] == 0
    saved = contents(target)
    for delay in kill_points(8):
        killed_after(delay, start(filled, "backup", "--to", target))
        assert contents(target) == saved
    assert run(filled, "backup", "--to", target)[0] == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# Restore


def test_restoring_brings_back_the_library_and_keeps_the_present_one(filled: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    thumbnails = filled / "thumbnails"
    thumbnails.mkdir()
    with Library.open(filled) as library:
        first, second = sorted(item.id for item in library.items_page().items)[:2]
        for item_id in (first, second, 4711):
            (thumbnails / f"{item_id}.jpg").write_bytes(b"picture")
        library.apply_scan(library.roots()[0].id, touched={second: 1})
        fill(library, tmp_path / "more", 3)
    present = contents(filled / "library.db")
    code, ended = run(filled, "restore", "--from", backup)
    assert (code, ended["outcome"], ended["folders"]) == (0, "done", 1)
    assert contents(filled / "library.db") == contents(backup)
    assert contents(Path(ended["file"])) == present
    assert others(filled, "before-restore") == [Path(ended["file"])]
    listed = read(filled)
    assert listed is not None
    assert [folder.path for folder in listed] == [str(tmp_path / "records")]
    assert [path.name for path in thumbnails.iterdir()] == [f"{first}.jpg"]
    # And back again.
    assert run(filled, "restore", "--from", ended["file"])[0] == 0
    assert contents(filled / "library.db") == present


def test_a_backup_of_an_older_version_is_restored_and_migrated(filled: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    with closing(sqlite3.connect(backup)) as db:
        db.execute("DROP TABLE segments_vocabulary")
        db.execute("ALTER TABLE jobs DROP COLUMN crashes")
        db.execute("PRAGMA user_version = 1")
    assert run(filled, "restore", "--from", backup)[0] == 0
    with Library.open(filled) as library, library.read_connection() as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == newest()
        assert library.summary().queue.indexed == COUNT


def not_a_database(path: Path) -> None:
    path.write_bytes(b"no database at all" * 1000)


def another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE songs (name)")


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 1000")


def with_a_damaged_page(path: Path) -> None:
    zero_a_leaf(path, "segments")


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (Path.unlink, "not-read"),
        (lambda path: os.truncate(path, 0), "not-a-library"),
        (not_a_database, "not-a-library"),
        (another_database, "not-a-library"),
        (newer, "library-too-new"),
        (with_a_damaged_page, "backup-damaged"),
        (cut_off, "backup-damaged"),
    ],
)
def test_what_is_no_good_backup_is_refused_and_nothing_changes(
    filled: Path, tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    spoil(backup)
    before = files(filled)
    exit_code, ended = run(filled, "restore", "--from", backup)
    assert (exit_code, ended["outcome"], ended["problem"]["code"]) == (1, "failed", code)
    after = files(filled)
    assert {name: after[name] for name in before} == before
    assert {Path(name).parts[0] for name in after.keys() - before.keys()} <= {"run"}


@pytest.mark.parametrize("task", ["restore", "recover"])
def test_neither_is_done_while_a_process_has_the_library_open(filled: Path, tmp_path: Path, task: str) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    with Library.open(filled):
        arguments = ("--from", backup) if task == "restore" else ()
        code, ended = run(filled, task, *arguments)
        assert (code, ended["problem"]["code"]) == (1, "library-in-use")
    assert run(filled, task, *arguments)[0] == 0


def test_killed_at_any_moment_a_restore_leaves_the_one_or_the_other(filled: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    saved = contents(backup)
    with Library.open(filled) as library:
        fill(library, tmp_path / "more", 5)
    present = contents(filled / "library.db")
    for delay in kill_points(8):
        killed_after(delay, start(filled, "restore", "--from", backup))
        with Library.open(filled):
            pass
        found = contents(filled / "library.db")
        assert found in (saved, present)
        kept = others(filled, "before-restore")
        # Whatever is not the library is kept.
        assert found == present or present in [contents(path) for path in kept]
    assert run(filled, "restore", "--from", backup)[0] == 0
    assert contents(filled / "library.db") == saved
    assert list(filled.glob("library-new-*")) == []


@pytest.mark.parametrize("point", range(6))
def test_a_replacement_that_stopped_at_any_step_is_done_by_the_next_opening(filled: Path, tmp_path: Path, point: int) -> None:
    backup = tmp_path / "backup.db"
    assert run(filled, "backup", "--to", backup)[0] == 0
    with Library.open(filled) as library:
        fill(library, tmp_path / "more", 1)
    new = filled / "library-new-1.db"
    new.write_bytes(backup.read_bytes())
    code = """
import os, sys
from pathlib import Path
from backend.library.store import replacement
left = int(sys.argv[2])
def counted(call):
    def step(*arguments, **options):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return call(*arguments, **options)
    return step
Path.rename, Path.replace, Path.unlink = counted(Path.rename), counted(Path.replace), counted(Path.unlink)
data = Path(sys.argv[1])
(data / "library.db-wal").write_bytes(b"")
replacement.replace_library(data, data / "library-new-1.db", data / "library-before-restore-1.db")
"""
    done = subprocess.run([sys.executable, "-c", code, str(filled), str(point)], cwd=CHECKOUT, check=False)
    assert done.returncode in (0, 9)
    with Library.open(filled) as library:
        expected = COUNT + 1 if point == 0 else COUNT
        assert library.summary().queue.indexed == expected
    if point:
        assert len(contents(filled / "library-before-restore-1.db")) == COUNT + 1
    assert not (filled / "library-replacement.json").exists()


# Recovery


def test_a_library_that_is_well_is_left_alone(filled: Path) -> None:
    before = files(filled)
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"]) == (0, "nothing-to-do", 1)
    after = files(filled)
    assert {name: after[name] for name in before} == before


def test_a_first_start_is_nothing_to_recover(data_dir: Path) -> None:
    assert run(data_dir, "recover")[1]["outcome"] == "nothing-to-do"


def test_a_library_that_is_gone_is_made_again_from_the_list_of_folders(filled: Path, tmp_path: Path) -> None:
    with Library.open(filled) as library:
        (tmp_path / "removed").mkdir()
        library.remove_root(library.add_root(tmp_path / "removed").id)
    (filled / "library.db").unlink()
    with pytest.raises(LibraryMissing):
        Library.open(filled)
    assert not (filled / "library.db").exists()
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"], ended["kept"], ended["file"]) == (0, "done", 1, 0, None)
    assert ended["problem"]["code"] == "library-missing"
    with Library.open(filled) as library:
        [root] = library.roots()
        assert root.path == str(tmp_path / "records")
        assert scan(library, root.id).put == COUNT


@pytest.mark.parametrize("table", ["items", "segments", "embeddings", "segments_by_item", "segments_fts_data", "jobs", "roots", "meta"])
def test_a_damaged_page_costs_the_files_on_it_and_no_others(filled: Path, tmp_path: Path, table: str) -> None:
    database = filled / "library.db"
    good = contents(database)
    zero_a_leaf(database, table)
    damaged = database.read_bytes()
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"]) == (0, "done", 1), ended
    assert ended["problem"]["code"] == "library-damaged"
    assert Path(ended["file"]).read_bytes() == damaged
    found = contents(database)
    assert ended["kept"] == len(found)
    without_vectors = table in ("embeddings",)
    for path, (state, rows) in found.items():
        assert state == "indexed"
        expected = good[path][1]
        assert [row[:4] for row in rows] == [row[:4] for row in expected]
        assert without_vectors or [row[4] for row in rows] == [row[4] for row in expected]
    if table in ("embeddings", "segments_fts_data", "jobs", "roots", "meta"):
        assert len(found) == COUNT
    else:
        assert COUNT // 5 <= len(found) < COUNT
    if table == "embeddings":
        assert sum(row[4] is not None for _, rows in found.values() for row in rows) >= COUNT
    with Library.open(filled) as library:
        [root] = library.roots()
        # The rest is indexed again, and what was kept is not.
        assert scan(library, root.id).put == COUNT - len(found)
        assert library.summary().queue.waiting == COUNT - len(found)


def test_text_that_was_altered_in_place_is_not_taken_over(filled: Path) -> None:
    """Every page is sound; only the index still knows what had been said."""
    database = filled / "library.db"
    good = contents(database)
    written = b"17.mp3 says number 3 of harbour"
    content = database.read_bytes()
    assert content.count(written) == 1
    database.write_bytes(content.replace(written, b"17.mp3 says number 3 of harbuor"))
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["kept"]) == (0, "done", COUNT - 1)
    found = contents(database)
    [altered] = good.keys() - found.keys()
    assert altered.endswith("/17.mp3")
    assert all(good[path] == kept for path, kept in found.items())


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("UPDATE segments SET text = CAST(x'61ff' AS TEXT) WHERE id = 5", COUNT - 1),
        ("UPDATE items SET name = CAST(x'61ff' AS TEXT) WHERE id = 2", COUNT - 1),
        ("UPDATE roots SET path = CAST(x'2fff' AS TEXT)", COUNT),
        ("UPDATE meta SET key = CAST(x'6f70656e2fff' AS TEXT) WHERE key LIKE 'open/%'", COUNT),
    ],
    ids=["segment", "item", "folder", "mark"],
)
def test_bytes_that_are_no_text_are_damage_and_cost_only_their_file(filled: Path, where: str, kept: int) -> None:
    as_if_killed(filled / "library.db")
    with closing(sqlite3.connect(filled / "library.db")) as db:
        db.execute(where)
        db.commit()
    with pytest.raises(LibraryDamaged):
        Library.open(filled)
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"], ended["kept"]) == (0, "done", 1, kept)
    assert ended["problem"]["code"] == "library-damaged"
    with Library.open(filled) as library:
        assert library.summary().queue.indexed == kept


def test_a_mark_that_names_no_process_is_that_of_a_dead_one(filled: Path) -> None:
    with closing(sqlite3.connect(filled / "library.db")) as db:
        db.execute("INSERT INTO meta (key, value) VALUES ('open/half a na', '1')")
        db.commit()
    with Library.open(filled) as library:
        assert library.summary().queue.indexed == COUNT
    with closing(sqlite3.connect(filled / "library.db")) as db:
        assert db.execute("SELECT count(*) FROM meta").fetchone() == (0,)


def header_overwritten(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\xff" * 100)


@pytest.mark.parametrize(
    "spoil",
    [lambda path: os.truncate(path, 0), cut_off, header_overwritten, not_a_database],
    ids=["emptied", "cut off", "header overwritten", "something else"],
)
def test_whatever_became_of_the_file_the_folders_come_back(filled: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    database = filled / "library.db"
    spoil(database)
    spoiled = database.read_bytes()
    with pytest.raises((LibraryDamaged, LibraryMissing)):
        Library.open(filled)
    assert database.read_bytes() == spoiled
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"]) == (0, "done", 1)
    assert Path(ended["file"]).read_bytes() == spoiled
    with Library.open(filled) as library:
        [root] = library.roots()
        assert scan(library, root.id).put == COUNT - ended["kept"]
        assert library.items_page(limit=100).total == COUNT


def test_a_damaged_list_of_folders_is_kept_and_the_database_counts(filled: Path, tmp_path: Path) -> None:
    (filled / FILE).write_text("{half a list")
    with Library.open(filled) as library:
        assert [root.path for root in library.roots()] == [str(tmp_path / "records")]
    assert read(filled)
    (filled / FILE).write_text("{half a list")
    (filled / "library.db").unlink()
    with pytest.raises(LibraryMissing):
        Library.open(filled)
    code, ended = run(filled, "recover")
    assert (code, ended["folders"]) == (0, 0)
    assert "Add your folders again" in ended["problem"]["next_step"]
    assert [path.read_text() for path in filled.glob("folders-damaged-*.json")] == ["{half a list"]


def test_a_removed_folder_does_not_come_back(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Library.open(filled) as library:
        library.add_root(tmp_path / "other")
        listed = (filled / FILE).read_bytes()
        library.remove_root(next(root.id for root in library.roots() if root.path.endswith("records")))
    # Also when the list is from before.
    (filled / FILE).write_bytes(listed)
    zero_pages(filled / "library.db", leaves(filled / "library.db", "segments")[:1])
    code, ended = run(filled, "recover")
    assert (code, ended["folders"], ended["kept"]) == (0, 1, 0)
    with Library.open(filled) as library:
        assert [root.path for root in library.roots()] == [str(tmp_path / "other")]


def test_an_empty_place_where_a_disk_belongs_does_not_delete_what_was_recovered(filled: Path, tmp_path: Path) -> None:
    zero_pages(
        filled / "library.db", [page for table in ("roots", "segments_fts_data") for page in leaves(filled / "library.db", table)[:1]]
    )
    code, ended = run(filled, "recover")
    assert (code, ended["kept"]) == (0, COUNT)
    (tmp_path / "records").rename(tmp_path / "unplugged")
    (tmp_path / "records").mkdir()
    with Library.open(filled) as library:
        assert not scan(library, library.roots()[0].id).available
        assert {item.state for item in library.items_page(limit=100).items} == {ItemState.INDEXED}


def test_killed_at_any_moment_a_recovery_can_be_done_again(filled: Path) -> None:
    database = filled / "library.db"
    zero_pages(database, leaves(database, "segments")[2:3])
    damaged = database.read_bytes()
    good = None
    for delay in kill_points(8):
        killed_after(delay, start(filled, "recover"))
        assert damaged in [path.read_bytes() for path in (database, *others(filled, "damaged"))]
        if good is None and (filled / "library-replacement.json").exists() is False and database.read_bytes() != damaged:
            good = contents(database)
    assert run(filled, "recover")[0] == 0
    assert damaged in [path.read_bytes() for path in others(filled, "damaged")]
    found = contents(database)
    assert len(found) > 5
    assert good in (None, found)
    assert list(filled.glob("library-new-*")) == []


def test_two_recoveries_at_once_do_it_once(filled: Path) -> None:
    zero_pages(filled / "library.db", leaves(filled / "library.db", "segments")[2:3])
    both = [start(filled, "recover", "--json") for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in both]
    assert sum(b'"outcome":"done"' in output for output in outputs) == 1
    assert len(others(filled, "damaged")) == 1
    assert run(filled, "recover")[1]["outcome"] == "nothing-to-do"


def test_sentences_without_json(filled: Path, tmp_path: Path) -> None:
    with start(filled, "backup", "--to", tmp_path / "backup.db") as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.decode().splitlines() == [f"The library with its 1 folder is backed up in {tmp_path / 'backup.db'}."]
    with start(filled, "restore", "--from", tmp_path / "nothing") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.decode().splitlines()[:2] == [f"“{tmp_path / 'nothing'}” is not there.", "Choose a file that exists."]
    with start(filled, "restore") as process:
        process.communicate(timeout=60)
    assert process.returncode == 2


def test_no_library_of_models_is_loaded(filled: Path) -> None:
    heavy = {"torch", "tensorflow", "numpy", "PIL", "av", "fastapi"}
    code = f"import sys, backend.library.care.command; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


# Killing


def kill_points(count: int) -> list[float]:
    """Seconds after the start: Python is up after about 0.2 s, and a task on this library takes as long again."""
    return [0.15 + 0.5 * number / count for number in range(count)]


def killed_after(seconds: float, process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    assert process.returncode in (0, -signal.SIGKILL)
