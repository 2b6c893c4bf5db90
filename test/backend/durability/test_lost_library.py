"""The database damaged, gone, moved or replaced, at the start of the real sidecars and under them."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from backend.library.store import Library, LibraryDamaged, LibraryLost

from .care import contents, embed, files, fill, run
from .damage import as_if_killed, leaves, zero_a_leaf, zero_pages
from .sidecars import AUDIOPROCESSOR, SEARCH_SERVER, running

SIDECARS = [SEARCH_SERVER, AUDIOPROCESSOR]


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A closed library of recordings that are indexed."""
    data_dir = tmp_path / "data"
    with Library.open(data_dir) as library:
        fill(library, tmp_path / "records", 40)
        embed(library)
    return data_dir


def refused_at_start(module: str, data_dir: Path) -> str:
    """The code of the one final error that a sidecar ends with."""
    with running(module, data_dir) as sidecar:
        assert sidecar.end() == 1
        [(code, final)] = sidecar.problems()
        assert final
        assert sidecar.of_type("bye") == []
        return code


@pytest.mark.parametrize("table", ["items", "segments", "segments_fts_data", "segments_by_item", "embeddings", "roots", "meta"])
def test_a_damaged_page_is_found_at_the_opening_after_an_unclean_end(filled: Path, table: str) -> None:
    as_if_killed(filled / "library.db")
    zero_a_leaf(filled / "library.db", table)
    with pytest.raises(LibraryDamaged):
        Library.open(filled)


@pytest.mark.parametrize("module", SIDECARS)
def test_a_sidecar_that_finds_damage_at_its_start_says_so_and_ends(filled: Path, module: str) -> None:
    as_if_killed(filled / "library.db")
    zero_a_leaf(filled / "library.db", "segments")
    assert refused_at_start(module, filled) == "library-damaged"


def gone(database: Path) -> None:
    database.unlink()


def emptied(database: Path) -> None:
    os.truncate(database, 0)


def without_tables(database: Path) -> None:
    database.unlink()
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA journal_mode = WAL")


def cut_off(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def header_overwritten(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\xff" * 100)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (gone, "library-missing"),
        (emptied, "library-missing"),
        (without_tables, "library-missing"),
        (cut_off, "library-damaged"),
        (header_overwritten, "library-damaged"),
    ],
)
def test_what_is_not_there_or_no_library_is_never_opened_as_an_empty_one(filled: Path, spoil: Callable[[Path], None], code: str) -> None:
    spoil(filled / "library.db")
    before = files(filled)
    with pytest.raises(LibraryLost) as refused:
        Library.open(filled)
    assert refused.value.problem.code == code
    after = files(filled)
    assert after.get("library.db") == before.get("library.db")
    assert after["folders.json"] == before["folders.json"]


@pytest.mark.parametrize("module", SIDECARS)
def test_a_sidecar_whose_library_is_gone_says_so_and_ends(filled: Path, module: str) -> None:
    gone(filled / "library.db")
    assert refused_at_start(module, filled) == "library-missing"
    assert not (filled / "library.db").exists()


@pytest.mark.parametrize("in_log", [False, True])
def test_a_newer_library_is_left_as_it_is_to_the_byte(filled: Path, tmp_path: Path, in_log: bool) -> None:
    database = filled / "library.db"
    if in_log:
        # As its own app would leave it when it is killed: the version stands in the log alone.
        with closing(sqlite3.connect(database)) as db:
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute("PRAGMA user_version = 1000")
            for suffix in ("", "-wal", "-shm"):
                shutil.copy(f"{database}{suffix}", f"{tmp_path / 'copy'}{suffix}")
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{tmp_path / 'copy'}{suffix}", f"{database}{suffix}")
    else:
        with closing(sqlite3.connect(database)) as db:
            db.execute("PRAGMA user_version = 1000")
    before = files(filled)
    for module in SIDECARS:
        assert refused_at_start(module, filled) == "library-too-new"
        assert files(filled) == before
    assert run(filled, "recover")[1]["problem"]["code"] == "library-too-new"
    assert {name: content for name, content in files(filled).items() if not name.startswith("run")} == before


# Under running sidecars


@pytest.mark.parametrize(
    ("table", "request_"),
    [
        ("segments", "/search?q=harbour"),
        ("items", "/items?limit=500"),
        ("segments_fts_data", "/search?q=harbour"),
        ("segments_by_item", "/items/{}/segments"),
    ],
)
def test_a_damaged_page_that_a_request_meets_ends_the_sidecar_once_and_for_good(filled: Path, table: str, request_: str) -> None:
    database = filled / "library.db"
    if table == "segments_fts_data":
        # A query reads few of them.
        zero_pages(database, leaves(database, table))
    else:
        zero_a_leaf(database, table)
    with closing(sqlite3.connect(database)) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM items INDEXED BY items_by_state")] if "{}" in request_ else [0]
    with running(SEARCH_SERVER, filled) as server:
        server.wait_for(lambda: server.of_type("ready"))
        for item_id in ids:
            try:
                answer = server.request("GET", request_.format(item_id))
            except httpx.TransportError:
                # The scan, or the summary, was there before.
                break
            assert answer.status_code in (200, 503)
            if answer.status_code == 503:
                assert answer.json()["problem"]["code"] == "library-damaged"
                break
        assert server.end() == 1
        assert server.problems() == [("library-damaged", True)]
    # Not marked as closed: the next start reads the whole file and finds it again.
    assert refused_at_start(SEARCH_SERVER, filled) == "library-damaged"
    code, ended = run(filled, "recover")
    assert (code, ended["outcome"], ended["folders"]) == (0, "done", 1)


def moved_away(data_dir: Path) -> None:
    (data_dir / "library.db").rename(data_dir.parent / "elsewhere.db")


def deleted(data_dir: Path) -> None:
    (data_dir / "library.db").unlink()


def replaced(data_dir: Path) -> None:
    os.replace(data_dir.parent / "other" / "library.db", data_dir / "library.db")


def folder_renamed(data_dir: Path) -> None:
    data_dir.rename(data_dir.parent / "renamed")


@pytest.mark.parametrize(
    ("module", "move"),
    [*((module, move) for module in SIDECARS for move in (moved_away, deleted, replaced)), (SEARCH_SERVER, folder_renamed)],
)
def test_a_database_that_leaves_its_place_ends_the_sidecar(filled: Path, tmp_path: Path, module: str, move: Callable[[Path], None]) -> None:
    with Library.open(tmp_path / "other") as library:
        fill(library, tmp_path / "other records", 3)
    with running(module, filled) as sidecar:
        sidecar.wait_for(lambda: sidecar.of_type("ready") and (filled / "library.db-wal").exists() and marked_open(filled))
        with closing(sqlite3.connect(filled / "library.db")) as db:
            # Committed, and in the log alone.
            db.execute("INSERT INTO meta (key, value) VALUES ('of the first', '1')")
            db.commit()
            move(filled)
        assert sidecar.end() == 1
        assert sidecar.problems() == [("library-moved", True)]
    if move is moved_away:
        # What was committed is in the file, wherever it is now.
        with closing(sqlite3.connect(tmp_path / "elsewhere.db")) as db:
            assert db.execute("SELECT value FROM meta WHERE key = 'of the first'").fetchone() == ("1",)
        assert len(contents(tmp_path / "elsewhere.db")) == 40
        assert not (filled / "library.db").exists()
    if move is replaced:
        found = contents(filled / "library.db")
        assert len(found) == 3
        with closing(sqlite3.connect(filled / "library.db")) as db:
            assert db.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    if move is folder_renamed:
        assert not (filled / "library.db").exists()
    if move in (moved_away, deleted):
        code, ended = run(filled, "recover")
        assert (code, ended["outcome"], ended["folders"]) == (0, "done", 1)


def marked_open(data_dir: Path) -> bool:
    with closing(sqlite3.connect(data_dir / "library.db")) as db:
        return db.execute("SELECT 1 FROM meta WHERE key LIKE 'open/%'").fetchone() is not None


def test_nothing_is_written_into_a_file_that_is_no_longer_the_library(filled: Path, tmp_path: Path) -> None:
    with running(SEARCH_SERVER, filled) as server:
        server.wait_for(lambda: server.of_type("ready"))
        (tmp_path / "more").mkdir()
        moved_away(filled)
        answer = server.request("POST", "/roots", json={"path": str(tmp_path / "more")})
        # Said at once, not at the next look.
        assert (answer.status_code, answer.json()["problem"]["code"]) == (503, "library-moved")
        assert server.end() == 1
        assert server.problems() == [("library-moved", True)]
    assert not (filled / "library.db").exists()
    with closing(sqlite3.connect(tmp_path / "elsewhere.db")) as db:
        assert [row[0] for row in db.execute("SELECT path FROM roots")] == [str(tmp_path / "records")]
