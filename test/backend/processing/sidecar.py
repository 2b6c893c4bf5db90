"""audioprocessor as a real process, over a real library and a models directory of the test's own."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

from backend.contract.events import sidecar_event
from backend.contract.library import Item, ItemKind, ItemState
from backend.library.store import Library, SeenFile, Worker
from backend.models.registry import ModelLocation
from test.backend.processing.media import CHECKOUT

PATIENCE = 240.0
Event = dict[str, Any]


class Sidecar:
    """Every line on stdout must be an event of the protocol."""

    def __init__(self, data_dir: Path, models_dir: Path, command: tuple[str, ...] = ("-m", "backend.processing.audioprocessor")) -> None:
        environment = {
            **os.environ,
            "CONTENTCACHE_DATA_DIR": str(data_dir),
            "CONTENTCACHE_MODELS_DIR": str(models_dir),
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("CONTENTCACHE_BUNDLED_MODELS_DIR", None)
        self.log = (data_dir.parent / f"stderr-{time.monotonic_ns()}.log").open("w+b")
        self.child = subprocess.Popen(
            [sys.executable, *command], cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
        )
        self.seen: list[Event] = []
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.log.close()

    def wait_for(self, kind: str, **wanted: object) -> Event:
        """The next event of that type with these values at its top level or one below; AssertionError at the end of stdout."""
        deadline = time.monotonic() + PATIENCE
        while True:
            event = self._next(deadline - time.monotonic())
            assert event is not None, f"no {kind} {wanted} before the end; stderr:\n{self.stderr()}"
            flat = {**event, **{key: value for inner in event.values() if isinstance(inner, dict) for key, value in inner.items()}}
            if event["type"] == kind and all(flat.get(key) == value for key, value in wanted.items()):
                return event

    def _next(self, timeout: float) -> Event | None:
        try:
            line = self._lines.get(timeout=max(timeout, 0.01))
        except queue.Empty:
            return None
        if line is None:
            return None
        event: Event = json.loads(line)
        sidecar_event.validate_python(event)
        self.seen.append(event)
        return event

    def stop(self) -> tuple[int, float]:
        """Close stdin; exit code and seconds until the end. Reads the remaining events."""
        assert self.child.stdin is not None
        started = time.monotonic()
        self.child.stdin.close()
        code = self.child.wait(timeout=PATIENCE)
        took = time.monotonic() - started
        while self._next(5.0) is not None:
            pass
        return code, took

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stderr(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]


def add_folder(library: Library, folder: Path, kinds: dict[str, ItemKind]) -> dict[str, Item]:
    """Put these files of `folder` into the library as a scan would; the items by name."""
    root = library.add_root(folder)
    seen = []
    for name, kind in kinds.items():
        facts = (folder / name).stat()
        seen.append(SeenFile(name, kind, Worker.AUDIO, facts.st_size, facts.st_mtime_ns))
    return {item.name: item for item in library.apply_scan(root.id, put=seen)}


def wait_for_state(library: Library, item_id: int, *states: ItemState) -> Item:
    deadline = time.monotonic() + PATIENCE
    while (item := library.item(item_id)).state not in states:
        assert time.monotonic() < deadline, item
        time.sleep(0.1)
    return item


def install(model: ModelLocation, models_dir: Path) -> None:
    """Put a model into a models directory, its marker last, as the downloader does."""
    target = models_dir / model.path.relative_to(model.layer)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(model.path)
    for beside in model.path.parent.glob(f"{model.path.name}.*"):
        (target.parent / beside.name).symlink_to(beside)
    markers = models_dir / ".verified"
    markers.mkdir(parents=True, exist_ok=True)
    temporary = markers / f".{model.model.id}"
    shutil.copyfile(model.layer / ".verified" / f"{model.model.id}.json", temporary)
    temporary.rename(markers / f"{model.model.id}.json")
