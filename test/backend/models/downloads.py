"""A small world to download in: the double of the hubs, three made-up models on it, an empty models directory."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.contract.library import Problem
from backend.models.cancellation import Cancellation
from backend.models.download.download_models import Downloads
from backend.models.download.policy import Policy
from backend.models.manifest import Manifest, read_manifest
from backend.models.registry import ModelState, model_status

from ...hub_double.git_blob import git_blob_sha1
from ...hub_double.hub import serve_repository
from ...hub_double.manifests import HANDLE, REVISION, WHISPER, YAMNET, sha256, tar_gz, write_manifest
from ...hub_double.resources import resource
from ...hub_double.server import HubDouble

REPOSITORY_ROOT = Path(__file__).resolve().parents[3]
REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_ROOT = "models--sentence-transformers--all-MiniLM-L6-v2"
YAMNET_ROOT = "tfhub/9616fd04ec2360621642ef9455b84f4b668e219e"
LARGE = frozenset({"model.safetensors"})

FAST = Policy(connect_timeout=2, idle_timeout=0.5, probe_timeout=1, attempts=4, first_wait=0.01, highest_wait=0.05, progress_interval=0.05)


def some_bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


WEIGHTS = some_bytes(400_000, 1)
BASE_PT = some_bytes(900_000, 2)
MINILM_FILES = {"config.json": b'{"hidden_size": 384}', "1_Pooling/config.json": b'{"pooling": true}', "model.safetensors": WEIGHTS}
YAMNET_FILES = {
    "saved_model.pb": some_bytes(50_000, 3),
    "variables/variables.index": b"index",
    "assets/yamnet_class_map.csv": b"0,/m/1,Dog\n",
}


def document(hub: HubDouble, archive: bytes, base_pt: bytes = BASE_PT) -> dict[str, Any]:
    """A manifest of the three models with the digests of the made-up files."""
    snapshot = f"{MINILM_ROOT}/snapshots/{REVISION}"
    whisper = {"path": "base.pt", "size": len(base_pt), "sha256": sha256(base_pt), "source_path": "base.pt"}
    return {
        "version": 1,
        "models": [
            _entry("minilm", MINILM_ROOT, snapshot, [_minilm_file(snapshot, path, data) for path, data in MINILM_FILES.items()])
            | {"required": True, "sources": [{"kind": "huggingface", "repository": REPOSITORY, "revision": REVISION}]},
            _entry("whisper-base", "base.pt", "base.pt", [whisper]) | {"sources": [{"kind": "https", "url": f"{hub.url}{WHISPER}"}]},
            _entry("yamnet", YAMNET_ROOT, YAMNET_ROOT, [_yamnet_file(path, data) for path, data in YAMNET_FILES.items()])
            | {
                "handle": HANDLE,
                "sources": [
                    {
                        "kind": "tfhub",
                        "url": f"{hub.url}{YAMNET}?tf-hub-format=compressed",
                        "archive_size": len(archive),
                        "archive_sha256": sha256(archive),
                    }
                ],
            },
        ],
    }


def _minilm_file(snapshot: str, path: str, data: bytes) -> dict[str, Any]:
    blob = sha256(data) if path in LARGE else git_blob_sha1(data)
    return {"path": f"{snapshot}/{path}", "size": len(data), "sha256": sha256(data), "source_path": path, "blob": blob}


def _yamnet_file(path: str, data: bytes) -> dict[str, Any]:
    return {"path": f"{YAMNET_ROOT}/{path}", "size": len(data), "sha256": sha256(data), "source_path": path}


def _entry(model_id: str, root: str, load_path: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": model_id, "title": model_id.capitalize(), "enables": "Tests", "needed_by": ["search-server"], "licence": "MIT",
        "homepage": "https://example.org", "root": root, "load_path": load_path, "files": files, "equivalents": [],
        "size": sum(file["size"] for file in files),
    }  # fmt: skip


@dataclass
class World:
    """`run` downloads in this process, `start` and `call` in one of their own."""

    hub: HubDouble
    layer: Path
    manifest_path: Path
    policy: Policy = FAST
    cancellation: Cancellation = field(default_factory=Cancellation)
    events: list[ModelDownloadProgress | ModelDownloadEnded] = field(default_factory=list)

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.manifest_path)

    def change(self, document: Mapping[str, Any]) -> None:
        write_manifest(self.manifest_path, document)

    def serve(self, archive: bytes | None = None, base_pt: bytes = BASE_PT) -> None:
        """Put the models on the double, and their manifest into the world."""
        packed = tar_gz(YAMNET_FILES) if archive is None else archive
        serve_repository(self.hub, REPOSITORY, REVISION, MINILM_FILES, LARGE)
        self.hub.serve(WHISPER, resource(base_pt))
        self.hub.serve(YAMNET, resource(packed))
        self.change(document(self.hub, packed, base_pt))

    def serve_layer(self, prefix: str, layer: Path) -> str:
        """Serve a models directory as any file server would; its address."""
        for path in layer.rglob("*"):
            if path.is_file():
                self.hub.serve(f"{prefix}/{path.relative_to(layer).as_posix()}", resource(path.read_bytes()))
        return f"{self.hub.url}{prefix}"

    def environment(self, **more: str) -> dict[str, str]:
        return {"HF_ENDPOINT": self.hub.url, **more}

    def run(self, *only: str, offline: bool = False, **environment: str) -> ModelDownloadEnded:
        """The terminal event of the last model. Every event is kept in `events`."""
        manifest = self.manifest
        downloads = Downloads(
            manifest, self.events.append, self.cancellation, self.policy, offline=offline, environment=self.environment(**environment)
        )
        return downloads.run([manifest.model(model_id) for model_id in only or [model.id for model in manifest.models]])[-1]

    def problem(self, *only: str, offline: bool = False, **environment: str) -> Problem:
        """The problem that the download fails with; every problem has a sentence and a next step."""
        ended = self.run(*only, offline=offline, **environment)
        assert ended.outcome is ModelDownloadOutcome.FAILED, ended
        assert ended.problem is not None
        assert ended.problem.message.endswith(".")
        assert ended.problem.next_step
        assert self.is_missing(only[-1])
        return ended.problem

    def is_present(self, model_id: str) -> bool:
        return model_status(self.manifest.model(model_id)).state is ModelState.PRESENT

    def is_missing(self, model_id: str) -> bool:
        return model_status(self.manifest.model(model_id)).state is ModelState.MISSING

    def patient(self, **changes: float) -> None:
        self.policy = replace(self.policy, **changes)  # type: ignore[arg-type]

    def messages(self) -> list[str]:
        return [event.message for event in self.events]

    def quarantined(self, model_id: str) -> list[str]:
        folder = self.layer / ".quarantine" / model_id
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """The downloader as a process, with its events on stdout and a stdin to hold it by."""
        return subprocess.Popen(
            [sys.executable, "-m", "backend.models.downloader", *map(str, arguments), "--json", "--manifest", str(self.manifest_path)],
            cwd=REPOSITORY_ROOT,
            env={**os.environ, **self.environment(**environment), "CONTENTCACHE_MODELS_DIR": str(self.layer)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str | Path, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
        """Exit code, events and stderr of a run to its end."""
        process = self.start(*arguments, **environment)
        assert process.stdout is not None
        assert process.stderr is not None
        events = [json.loads(line) for line in process.stdout]
        errors = process.stderr.read()
        return process.wait(), events, errors


def installed(ended: ModelDownloadEnded) -> bool:
    return ended.outcome is ModelDownloadOutcome.INSTALLED


def unprivileged(world: World, *arguments: str) -> tuple[int, str]:
    """The downloader without root's right to write everywhere."""
    command = [sys.executable, "-m", "backend.models.downloader", *arguments, "--json", "--manifest", str(world.manifest_path)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may write everywhere, and there is no setpriv to take that right away")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    environment = {**os.environ, **world.environment(), "CONTENTCACHE_MODELS_DIR": str(world.layer)}
    result = subprocess.run(
        command, cwd=REPOSITORY_ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout
