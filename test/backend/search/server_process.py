"""A real search_server process, spoken to as the shell does: stdin, stdout, HTTP."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

CHECKOUT = Path(__file__).resolve().parents[3]
T = TypeVar("T")

SECRET = "secret-of-this-launch"


class Server:
    """`events` is all that it said on stdout so far."""

    def __init__(self, data_dir: Path, models_dir: Path, by_path: bool = False) -> None:
        environment = {
            **os.environ,
            "CONTENTCACHE_DATA_DIR": str(data_dir),
            "CONTENTCACHE_MODELS_DIR": str(models_dir),
            "CONTENTCACHE_SECRET": SECRET,
        }
        environment.pop("PYTHONPATH", None)
        start = [str(CHECKOUT / "backend/search/search_server.py")] if by_path else ["-m", "backend.search.search_server"]
        self.log = data_dir.with_name(data_dir.name + ".log")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *start],
                cwd=CHECKOUT if not by_path else data_dir.parent,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        ready = self.wait_for(lambda: self.of_type("ready"))[0]
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{ready['port']}",
            headers={"Authorization": f"Bearer {SECRET}"},
            timeout=30,
            trust_env=False,
        )

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # Whatever is not JSON on stdout fails here, and the test with it.
            self.events.append(json.loads(line))

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def wait_for(self, look: Callable[[], T], timeout: float = 60.0) -> T:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.03)
        raise AssertionError(f"did not happen; exit code {self.process.poll()}, log:\n{self.log.read_text()[-4000:]}")

    def get(self, path: str, **parameters: Any) -> Any:
        return self.http.get(path, params=parameters).raise_for_status().json()

    def names(self, q: str, **parameters: Any) -> list[str]:
        return [hit["item"]["name"] for hit in self.get("/search", q=q, **parameters)["hits"]]

    def add_root(self, folder: Path) -> int:
        return int(self.http.post("/roots", json={"path": str(folder)}).raise_for_status().json()["id"])

    def wait_until_indexed(self, count: int) -> None:
        self.wait_for(lambda: self.get("/roots")["queue"]["indexed"] == count)

    def close_stdin(self, timeout: float = 10.0) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(timeout)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


@contextmanager
def running(data_dir: Path, models_dir: Path, by_path: bool = False) -> Iterator[Server]:
    server = Server(data_dir, models_dir, by_path)
    try:
        yield server
    finally:
        server.http.close()
        server.kill()
