"""A real search_server process for a benchmark: started, spoken to over HTTP, ended."""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

CHECKOUT = Path(__file__).resolve().parents[2]
SILENCE = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    http: httpx.Client

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON answer. Raises httpx.HTTPStatusError on a failure."""
        return self.http.get(path, params=parameters).raise_for_status().json()

    def queue(self) -> dict[str, Any]:
        queue: dict[str, Any] = self.get("/roots")["queue"]
        return queue

    def index(self, folder: Path) -> None:
        """Add the folder and return when all of it is searchable by words and by meaning.

        Raises TimeoutError when nothing moves for SILENCE seconds.
        """
        self.http.post("/roots", json={"path": str(folder)}).raise_for_status()
        expected = sum(1 for entry in folder.iterdir() if entry.is_file())
        last, since = None, time.monotonic()
        while True:
            queue = self.queue()
            if queue["indexed"] + queue["failed"] >= expected and queue["embedded"] and not queue["to_embed"]:
                return
            if queue != last:
                last, since = queue, time.monotonic()
            elif time.monotonic() - since > SILENCE:
                raise TimeoutError(f"no progress for {SILENCE:.0f} s: {queue}")
            time.sleep(0.2)


@contextmanager
def running_server(data_dir: Path) -> Iterator[Server]:
    """Start search_server on `data_dir` with the checkout's models; it ends with the block."""
    secret = secrets.token_urlsafe(32)
    environment = {
        "CONTENTCACHE_MODELS_DIR": str(CHECKOUT / ".contentcache" / "models"),
        **os.environ,
        "CONTENTCACHE_DATA_DIR": str(data_dir),
        "CONTENTCACHE_SECRET": secret,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }
    log = (data_dir / "search_server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.search.search_server"],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = _port(process.stdout)
        threading.Thread(target=deque, args=(process.stdout, 0), name="drain", daemon=True).start()
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=60,
            trust_env=False,
        ) as http:
            yield Server(http)
        process.stdin.close()
        process.wait(timeout=20)
    finally:
        process.kill()
        process.wait()
        log.close()


def _port(lines: Any) -> int:
    for line in lines:
        event = json.loads(line)
        if event["type"] == "ready":
            return int(event["port"])
    raise RuntimeError("search_server ended before it was ready; see its log in the data directory")
