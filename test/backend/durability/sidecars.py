"""Both real sidecars, from their start on: also one that never gets ready, or ends by itself."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from backend.contract.events import sidecar_event

CHECKOUT = Path(__file__).resolve().parents[3]
SECRET = "secret-of-this-launch"
SEARCH_SERVER = "backend.search.search_server"
AUDIOPROCESSOR = "backend.processing.audioprocessor"
PATIENCE = 90.0
Event = dict[str, Any]
T = TypeVar("T")


class Sidecar:
    """`events` is all that it said on stdout so far, each line valid by the protocol."""

    def __init__(self, module: str, data_dir: Path) -> None:
        environment = {
            **os.environ,
            "CONTENTCACHE_DATA_DIR": str(data_dir),
            "CONTENTCACHE_MODELS_DIR": str(data_dir.parent / "models"),
            "CONTENTCACHE_SECRET": SECRET,
        }
        environment.pop("CONTENTCACHE_BUNDLED_MODELS_DIR", None)
        # Elsewhere: the data directory may be full, or not there.
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
        )
        self.events: list[Event] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: Event = json.loads(line)
            sidecar_event.validate_python(event)
            self.events.append(event)

    def of_type(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    def problems(self) -> list[tuple[str, bool]]:
        """Code and finality of each error."""
        return [(event["problem"]["code"], event["final"]) for event in self.of_type("error")]

    def wait_for(self, look: Callable[[], T]) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.log.seek(0)
        log = self.log.read().decode(errors="replace")[-4000:]
        raise AssertionError(f"did not happen; exit code {self.process.poll()}, {self.events[-5:]}, log:\n{log}")

    def end(self) -> int:
        """Exit code of a process that ends by itself, with all its events read."""
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close_stdin(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.end()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        [ready] = self.wait_for(lambda: self.of_type("ready"))
        return httpx.request(
            method,
            f"http://127.0.0.1:{ready['port']}{path}",
            headers={"Authorization": f"Bearer {SECRET}"},
            timeout=60,
            trust_env=False,
            **options,
        )

    def queue(self) -> dict[str, Any]:
        found: dict[str, Any] = self.request("GET", "/roots").raise_for_status().json()["queue"]
        return found


@contextmanager
def running(module: str, data_dir: Path) -> Iterator[Sidecar]:
    sidecar = Sidecar(module, data_dir)
    try:
        yield sidecar
    finally:
        sidecar.process.kill()
        sidecar.process.wait()
        sidecar.log.close()
        if sidecar.process.stdin is not None:
            sidecar.process.stdin.close()
