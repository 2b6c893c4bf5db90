"""Manifests whose sources are the double, and the double's content to go with them."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend.models.manifest import FileSet, Manifest, Model, load_manifest

from .hub import serve_repository
from .resources import resource
from .server import HubDouble

REVISION = "c0ffee" + "0" * 34
WHISPER = "/main/whisper/models/base.pt"
YAMNET = "/google/yamnet/1"
HANDLE = "https://tfhub.dev/google/yamnet/1"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar of `files`, the same bytes every time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(f"./{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def serve_present_models(hub: HubDouble, layer: Path, manifest: Manifest | None = None) -> dict[str, Any]:
    """Serve the real models that `layer` holds, each in the edition it has there; the manifest document for them.

    A model that `layer` does not hold is in the manifest all the same, and the double answers 404 for it.
    """
    entries = []
    for model in (manifest or load_manifest()).models:
        edition = next((edition for edition in model.editions if all(_fits(layer, file.path, file.size) for file in edition.files)), None)
        if edition is None:
            entries.append(_entry(model, model.published, _source(hub, model)))
        else:
            entries.append(_entry(model, edition, _serve(hub, layer, model, edition)))
    return {"version": 1, "models": entries}


def _fits(layer: Path, path: str, size: int) -> bool:
    file = layer / path
    return file.is_file() and file.stat().st_size == size


def _serve(hub: HubDouble, layer: Path, model: Model, edition: FileSet) -> dict[str, Any]:
    source = model.sources[0]
    if source.kind == "huggingface":
        assert source.repository is not None
        assert source.revision is not None
        files: dict[str, bytes | Path] = {file.source_path: (layer / file.path).resolve() for file in edition.files}
        large = frozenset(file.source_path for file in edition.files if file.blob is not None and len(file.blob) == 64)
        serve_repository(hub, source.repository, source.revision, files, large)
        return _source(hub, model)
    if source.kind == "https":
        hub.serve(WHISPER, resource(layer / edition.files[0].path))
        return _source(hub, model)
    archive = tar_gz({file.source_path: (layer / file.path).read_bytes() for file in edition.files})
    hub.serve(YAMNET, resource(archive))
    return _source(hub, model) | {"archive_size": len(archive), "archive_sha256": sha256(archive)}


def _source(hub: HubDouble, model: Model) -> dict[str, Any]:
    """The model's first source, with the double in place of the real host."""
    source = {key: value for key, value in asdict(model.sources[0]).items() if value is not None}
    match source["kind"]:
        case "https":
            return source | {"url": f"{hub.url}{WHISPER}"}
        case "tfhub":
            return source | {"url": f"{hub.url}{YAMNET}?tf-hub-format=compressed"}
    return source


def _entry(model: Model, edition: FileSet, source: dict[str, Any]) -> dict[str, Any]:
    document = asdict(model)
    for key in ("published", "equivalents", "sources"):
        del document[key]
    files = [{key: value for key, value in asdict(file).items() if value is not None} for file in edition.files]
    return document | {"size": edition.size, "sources": [source], "files": files, "equivalents": []}


def write_manifest(path: Path, document: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
