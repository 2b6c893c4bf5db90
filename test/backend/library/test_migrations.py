import sqlite3
from pathlib import Path

import pytest

from backend.library.store.connection import connect
from backend.library.store.errors import LibraryTooNew
from backend.library.store.migrations import available, migrate, version


def folder_with(tmp_path: Path, **scripts: str) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir(exist_ok=True)
    for name, script in scripts.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(script)
    return folder


def test_each_migration_runs_once_and_in_order(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_one="CREATE TABLE a (x); -- a note\nINSERT INTO a VALUES (1);")
    db = connect(tmp_path / "library.db")
    assert migrate(db, folder) == 1
    folder_with(tmp_path, m0002_two="UPDATE a SET x = x + 1;", m0003_three="UPDATE a SET x = x * 10;")
    assert migrate(db, folder) == 3
    assert migrate(db, folder) == 3
    assert db.execute("SELECT x FROM a").fetchall()[0][0] == 20


def test_a_failing_migration_leaves_the_version_before_it_whole(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, m0001_one="CREATE TABLE a (x);", m0002_two="CREATE TABLE b (x);\nINSERT INTO nowhere VALUES (1);")
    db = connect(tmp_path / "library.db")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(db, folder)
    assert version(db) == 1
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_schema")] == ["a"]


def test_triggers_with_semicolons_inside_are_one_statement(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE a (x);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a WHERE x = 0;\n  DELETE FROM a WHERE x = 1;\nEND;\n"
    )
    db = connect(tmp_path / "library.db")
    migrate(db, folder_with(tmp_path, m0001_one=script))
    db.executemany("INSERT INTO a VALUES (?)", [(0,), (1,), (2,)])
    assert [row[0] for row in db.execute("SELECT x FROM a")] == [2]


def test_a_newer_library_is_refused_and_not_touched(tmp_path: Path) -> None:
    db = connect(tmp_path / "library.db")
    db.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryTooNew) as refused:
        migrate(db)
    assert refused.value.problem.code == "library-too-new"
    assert version(db) == 99
    assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0


@pytest.mark.parametrize("names", [("m0002_two",), ("m0001_one", "m0003_three"), ("mfirst",)])
def test_gaps_and_misnamed_files_are_a_programming_error(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="migration"):
        available(folder_with(tmp_path, **dict.fromkeys(names, "SELECT 1;")))


def test_an_unfinished_statement_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unfinished"):
        migrate(connect(tmp_path / "library.db"), folder_with(tmp_path, m0001_one="CREATE TABLE a (x)"))
