"""A small made-up model with two editions, and models directories to put it in."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.models.manifest import FileSet, Manifest, Model, ModelFile, ModelSource
from backend.models.verification import write_marker

from ...hub_double.server import HubDouble
from .downloads import World

PUBLISHED = {"tagger/graph.pb": b"graph", "tagger/variables/data": b"weights"}
EQUIVALENT = {"tagger/graph.pb": b"another graph", "tagger/variables/data": b"other weights", "tagger/extra": b"x"}


def file_set(edition: str, contents: dict[str, bytes]) -> FileSet:
    files = [ModelFile(path, len(data), hashlib.sha256(data).hexdigest(), path) for path, data in contents.items()]
    return FileSet(edition, "made for this test", tuple(files))


def place(layer: Path, contents: dict[str, bytes]) -> None:
    for path, data in contents.items():
        target = layer / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def install(layer: Path, model: Model, edition: FileSet, contents: dict[str, bytes]) -> None:
    place(layer, contents)
    write_marker(layer, model, edition)


@pytest.fixture
def model() -> Model:
    return Model(
        id="tagger",
        title="Tagger",
        enables="Search for tags",
        needed_by=("search-server",),
        licence="MIT",
        homepage="https://example.org/tagger",
        root="tagger",
        load_path="tagger",
        published=file_set("published", PUBLISHED),
        equivalents=(file_set("rewritten", EQUIVALENT),),
        sources=(ModelSource("https", url="https://example.org/tagger.tar.gz"),),
    )


@pytest.fixture
def manifest(model: Model) -> Manifest:
    return Manifest((model,))


@pytest.fixture
def writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    layer = tmp_path / "models"
    layer.mkdir()
    monkeypatch.setenv("CONTENTCACHE_MODELS_DIR", str(layer))
    monkeypatch.delenv("CONTENTCACHE_BUNDLED_MODELS_DIR", raising=False)
    return layer


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    layer = tmp_path / "bundle"
    layer.mkdir()
    monkeypatch.setenv("CONTENTCACHE_BUNDLED_MODELS_DIR", str(layer))
    return layer


@pytest.fixture
def hub() -> Iterator[HubDouble]:
    with HubDouble() as running:
        yield running


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in (
        "HF_ENDPOINT",
        "CONTENTCACHE_OFFLINE",
        "CONTENTCACHE_MODELS_MIRROR",
        "CONTENTCACHE_MODELS_MANIFEST",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def world(hub: HubDouble, writable: Path, tmp_path: Path, no_proxy: None) -> World:
    made = World(hub, writable, tmp_path / "manifest.json")
    made.serve()
    return made
