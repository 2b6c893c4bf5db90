"""search_server as the shell runs it: a process of its own, over HTTP, its events on stdout."""

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from backend.contract.events import sidecar_event
from backend.models.registry import find_model
from backend.processing.config import get_models_cache_dir

from .server_process import CHECKOUT, SECRET, running

TEXTS = {
    "budget.txt": "Our quarterly budget shows a deficit, so travel costs have to go down.",
    "cake.txt": "Whisk the eggs with sugar, add flour and bake the cake for forty minutes.",
    "layer.md": "# Flow\n\nThe boundary layer on a flat plate separates behind the shock wave.",
    "speech.txt": "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def no_models(tmp_path: Path) -> Path:
    return tmp_path / "no models"


@pytest.fixture
def models() -> Path:
    if find_model("minilm") is None:
        pytest.skip("MiniLM is not in the models directory; `npm run models` puts it there")
    return get_models_cache_dir()


def test_without_any_model_words_are_found(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        answer = server.get("/search", q="quarterly deficit")
        assert [hit["item"]["name"] for hit in answer["hits"]] == ["budget.txt"]
        (moment,) = answer["hits"][0]["moments"]
        marked = [moment["snippet"][start:end] for start, end in moment["marks"]]
        assert marked == ["quarterly", "deficit"]
        assert moment["why"] == ["words"]
        assert answer["meaning"] == "missing"
        assert server.names("deficit -travel") == []
        assert server.names('"flat plate"') == ["layer.md"]
        assert server.names('"plate flat"') == []
        assert server.names("quart", typing=True) == ["budget.txt"]
        assert server.names("quart") == []
        assert server.names("cake.txt") == ["cake.txt"]
        assert server.names("zzz") == []
        assert server.get("/search", q="the", kind=["audio", "video"])["hits"] == []
        (engine,) = server.get("/status")["engines"]
        assert engine["state"] == "missing"
        assert "not downloaded yet" in engine["problem"]["message"]
        assert server.close_stdin() == 0
        for event in server.events:
            sidecar_event.validate_python(event)
        assert server.events[-1] == {"type": "bye", "reason": "stdin closed"}


def test_words_first_then_meaning_joins_by_itself(tmp_path: Path, folder: Path, models: Path) -> None:
    with running(tmp_path / "data", models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        # Loading torch takes seconds; the words are there before.
        if not any(event["status"]["state"] == "ready" for event in server.of_type("engine-changed")):
            early = server.get("/search", q="deficit")
            assert [hit["item"]["name"] for hit in early["hits"]] == ["budget.txt"]
        server.wait_for(lambda: server.get("/search", q="dessert recipe")["meaning"] == "ready", 120)
        server.wait_for(lambda: not server.get("/roots")["queue"]["to_embed"])
        assert server.names("dessert recipe") == ["cake.txt"]
        assert server.names("patriotic speech") == ["speech.txt"]
        assert server.names("dessert recipe -sugar") == []
        states = [event["status"]["state"] for event in server.of_type("engine-changed")]
        assert states == ["loading", "ready"]
        queue = server.wait_for(lambda: [e for e in server.of_type("library-changed") if e["library"]["queue"]["embedded"] == len(TEXTS)])[
            -1
        ]["library"]["queue"]
        assert queue["indexed"] == len(TEXTS)
        assert server.close_stdin() == 0


def test_stops_within_its_time_while_the_model_loads(tmp_path: Path, folder: Path, models: Path) -> None:
    with running(tmp_path / "data", models) as server:
        server.add_root(folder)
        server.wait_for(lambda: server.of_type("engine-changed"))
        started = time.monotonic()
        assert server.close_stdin() == 0
        assert time.monotonic() - started < 5.0
        assert server.events[-1]["type"] == "bye"
    with sqlite3.connect(tmp_path / "data" / "library.db") as db:
        assert db.execute("SELECT count(*) FROM jobs WHERE owner IS NOT NULL").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'open/%'").fetchone() == (0,)


def test_starts_by_its_path_too(tmp_path: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models, by_path=True) as server:
        assert server.get("/health")["ok"]


def test_nobody_without_the_secret(tmp_path: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {SECRET}"}):
            for path in ("/health", "/status", "/search?q=a", "/openapi.json", "/nowhere"):
                answer = server.http.get(path, headers=headers)
                assert answer.status_code == 401
                assert answer.json()["problem"]["code"] == "unauthorized"
        answer = server.http.get("/health", headers={"Host": "evil.example"})
        assert (answer.status_code, answer.json()["problem"]["code"]) == (400, "wrong-host")
        assert server.http.get("/health", headers={"Host": f"localhost:{server.http.base_url.port}"}).status_code == 200
        for origin in ("https://evil.example", "null", f"http://127.0.0.1:{server.http.base_url.port}"):
            answer = server.http.get("/health", headers={"Origin": origin})
            assert (answer.status_code, answer.json()["problem"]["code"]) == (403, "wrong-origin")


@pytest.mark.skipif(sys.platform != "linux", reason="another process's environment is read from /proc")
def test_the_secret_is_not_inherited_by_the_child_that_reads_files(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        [child] = psutil.Process(server.process.pid).children()
        assert "backend.library.extract.child" in child.cmdline()
        assert SECRET not in child.environ().values()


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_file_that_became_a_link_out_of_its_root_has_no_location(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        server.http.post("/processing", json={"paused": True}).raise_for_status()
        item = server.get("/items", name="cake.txt")["items"][0]["id"]
        location = server.get(f"/items/{item}/location")
        assert (location["path"], location["root"]) == (str(folder / "cake.txt"), str(folder))
        (folder / "cake.txt").unlink()
        (folder / "cake.txt").symlink_to("/etc/passwd")
        assert server.http.get(f"/items/{item}/location").status_code == 404


def test_a_thumbnail_that_is_gone_is_made_again_from_its_picture_and_no_other(tmp_path: Path, folder: Path, no_models: Path) -> None:
    Image.new("RGB", (640, 480), "teal").save(folder / "sea.png")
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS) + 1)
        server.http.post("/processing", json={"paused": True}).raise_for_status()
        item = server.get("/items", name="sea.png")["items"][0]["id"]
        before = server.http.get(f"/items/{item}/thumbnail")
        assert before.headers["content-type"] == "image/jpeg"
        shutil.rmtree(tmp_path / "data" / "thumbnails")
        again = server.http.get(f"/items/{item}/thumbnail")
        assert (again.status_code, again.content) == (200, before.content)
        shutil.rmtree(tmp_path / "data" / "thumbnails")
        Image.new("RGB", (640, 480), "red").save(tmp_path / "secret.png")
        (folder / "sea.png").unlink()
        (folder / "sea.png").symlink_to(tmp_path / "secret.png")
        assert server.http.get(f"/items/{item}/thumbnail").status_code == 404


def test_every_failure_is_a_problem(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        root = server.add_root(folder)
        inside = folder / "inside"
        inside.mkdir()
        cases = [
            ("GET", "/nowhere", None, 404, "not-found"),
            ("GET", "/items/999", None, 404, "not-found"),
            ("GET", "/items/999/segments", None, 404, "not-found"),
            ("GET", "/items/999/location", None, 404, "not-found"),
            ("GET", "/items/999/thumbnail", None, 404, "not-found"),
            ("POST", "/items/999/retry", None, 404, "not-found"),
            ("DELETE", "/roots/999", None, 404, "not-found"),
            ("POST", "/roots/999/restore", None, 404, "not-found"),
            ("POST", "/roots/999/rescan", None, 404, "not-found"),
            ("POST", "/roots/999/reindex", None, 404, "not-found"),
            ("GET", "/items/abc", None, 422, "invalid-request"),
            ("GET", "/search", None, 422, "invalid-request"),
            ("GET", "/search?q=" + "a" * 1001, None, 422, "invalid-request"),
            ("GET", "/search?q=a&kind=cats", None, 422, "invalid-request"),
            ("GET", "/search?q=a&limit=0", None, 422, "invalid-request"),
            ("GET", "/search?q=a&after=nan", None, 422, "invalid-request"),
            ("POST", "/roots", {"path": str(folder)}, 409, "already-added"),
            ("POST", "/roots", {"path": str(inside)}, 409, "inside-another"),
            ("POST", "/roots", {"path": str(tmp_path)}, 409, "contains-another"),
            ("POST", "/roots", {"path": str(folder / "cake.txt")}, 400, "not-a-folder"),
            ("POST", "/roots", {"path": "x", "more": 1}, 422, "invalid-request"),
            ("POST", "/processing", {"paused": "perhaps"}, 422, "invalid-request"),
        ]
        for method, path, body, status, code in cases:
            answer = server.http.request(method, path, json=body)
            assert (answer.status_code, answer.json()["problem"]["code"]) == (status, code), path
        large = server.http.post("/roots", content=b"x" * 70_000)
        assert (large.status_code, large.json()["problem"]["code"]) == (413, "too-large")
        chunked = server.http.post("/roots", content=(b"x" * 7000 for _ in range(10)))
        assert (chunked.status_code, chunked.json()["problem"]["code"]) == (413, "too-large")
        assert server.get("/roots")["roots"][0]["id"] == root


def test_bytes_that_are_no_http_do_no_harm(tmp_path: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.http.base_url.port, timeout=10)
        connection.request("GET", "/search?q=%ff%00%22*", headers={"Authorization": f"Bearer {SECRET}"})
        assert json.loads(connection.getresponse().read())["hits"] == []
        connection.close()
        assert server.get("/health")["ok"]


def test_removed_folder_vanishes_and_comes_back(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        root = server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        server.http.delete(f"/roots/{root}").raise_for_status()
        assert server.names("deficit") == []
        assert server.get("/roots")["roots"] == []
        assert server.get("/items")["total"] == 0
        server.http.post(f"/roots/{root}/restore").raise_for_status()
        assert server.names("deficit") == ["budget.txt"]
        server.http.delete(f"/roots/{root}").raise_for_status()
        server.close_stdin()
    with running(tmp_path / "data", no_models) as server:

        def purged() -> bool:
            with sqlite3.connect(tmp_path / "data" / "library.db") as db:
                return bool(db.execute("SELECT count(*) FROM segments").fetchone() == (0,))

        server.wait_for(purged)


def test_items_text_location_and_processing(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        page = server.get("/items", name="layer")
        (item,) = page["items"]
        (segment,) = server.get(f"/items/{item['id']}/segments")["segments"]
        assert "boundary layer" in segment["text"]
        location = server.get(f"/items/{item['id']}/location")
        assert location == {
            "path": str(folder / "layer.md"),
            "root": str(folder),
            "media_type": "text/markdown",
            "size": len(TEXTS["layer.md"].encode()),
        }
        assert server.http.post("/processing", json={"paused": True}).json()["paused"] is True
        (folder / "late.txt").write_text("a latecomer", encoding="utf-8")
        server.wait_for(lambda: server.get("/roots")["queue"]["waiting"] == 1)
        assert server.get("/search", q="latecomer")["unsearchable"]["waiting"] in (0, 1)
        assert server.names("latecomer") == []
        assert server.http.post("/processing", json={"paused": False}).json()["paused"] is False
        server.wait_for(lambda: server.names("latecomer") == ["late.txt"])
        server.http.post(f"/items/{item['id']}/retry").raise_for_status()
        server.wait_for(lambda: server.get(f"/items/{item['id']}")["state"] == "indexed")


def test_four_at_once(tmp_path: Path, folder: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        server.wait_until_indexed(len(TEXTS))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: server.names("cake"), range(80)))
        assert all(names == ["cake.txt"] for names in answers)


@pytest.mark.parametrize("after", [0.0, 0.15, 0.4, 0.8])
def test_killed_at_any_moment_every_file_is_there_once(tmp_path: Path, no_models: Path, after: float) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    count = 60
    for number in range(count):
        (folder / f"{number}.txt").write_text(f"common word and number{number} of its own", encoding="utf-8")
    with running(tmp_path / "data", no_models) as server:
        server.add_root(folder)
        time.sleep(after)
        server.kill()
    with running(tmp_path / "data", no_models) as server:
        server.wait_until_indexed(count)
        server.close_stdin()
    with sqlite3.connect(tmp_path / "data" / "library.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*), count(DISTINCT item_id) FROM segments WHERE kind = 'text'").fetchone() == (count, count)
        found = db.execute("SELECT count(*) FROM segments_fts WHERE segments_fts MATCH 'common'").fetchone()
        assert found == (count,)
        assert db.execute("SELECT count(*) FROM jobs").fetchone() == (0,)


def test_nothing_heavy_is_imported_before_the_first_answer() -> None:
    heavy = {"torch", "tensorflow", "sentence_transformers", "transformers", "whisper", "av", "kreuzberg", "numkong"}
    code = "import sys; import backend.search.search_server; print(' '.join(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60)
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize("missing", ["CONTENTCACHE_DATA_DIR", "CONTENTCACHE_SECRET"])
def test_refuses_to_start_without_its_environment(tmp_path: Path, missing: str) -> None:
    environment = {**os.environ, "CONTENTCACHE_DATA_DIR": str(tmp_path), "CONTENTCACHE_SECRET": "x"}
    del environment[missing]
    done = subprocess.run(
        [sys.executable, "-m", "backend.search.search_server"],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "must be set" in done.stderr


def test_a_damaged_library_is_said_in_words(tmp_path: Path, no_models: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "library.db").write_bytes(b"this is no database, " * 1000)
    environment = {
        **os.environ,
        "CONTENTCACHE_DATA_DIR": str(data_dir),
        "CONTENTCACHE_SECRET": "x",
        "CONTENTCACHE_MODELS_DIR": str(no_models),
    }
    done = subprocess.run(
        [sys.executable, "-m", "backend.search.search_server"],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["problem"]["code"] for event in events if event["type"] == "error"] == ["library-damaged"]


def test_the_api_describes_itself_truly(tmp_path: Path, no_models: Path) -> None:
    with running(tmp_path / "data", no_models) as server:
        described = server.get("/openapi.json")["paths"]
        table = (CHECKOUT / "backend/contract/api.py").read_text(encoding="utf-8").split('"""')[1]
        promised = {
            (method.lower(), path.split("?")[0].replace("{id}", "{}"))
            for method, path in (line[2:].split()[:2] for line in table.splitlines() if line.startswith(("| GET", "| POST", "| DELETE")))
        }
        served = {
            (method, path.replace("{root_id}", "{}").replace("{item_id}", "{}"))
            for path, methods in described.items()
            for method in methods
        }
        assert served == promised
