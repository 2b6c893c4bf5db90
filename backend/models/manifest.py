"""What a model consists of: `manifest.json` as typed, immutable values."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST_PATH = Path(__file__).with_name("manifest.json")
MANIFEST_VARIABLE = "CONTENTCACHE_MODELS_MANIFEST"

NEEDED_BY_KIND = {"huggingface": ("repository", "revision"), "https": ("url",), "tfhub": ("url",)}


class ManifestError(ValueError):
    """The manifest names no such model, cannot be read, or is not one that this code reads. The message is for people."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file: its path below a models directory, size in bytes and SHA-256 in hex.

    `blob` is its name in a hub cache's `blobs/` folder, when the model is laid out as one; `source_path` is its path
    in the source's repository or archive.
    """

    path: str
    size: int
    sha256: str
    source_path: str
    blob: str | None = None


@dataclass(frozen=True, slots=True)
class FileSet:
    """All files of one edition of a model. Two editions do the same work with differently written files."""

    edition: str
    origin: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where the published edition is fetched from.

    `kind` is `huggingface` (`repository` at `revision`), `https` (the file at `url`) or `tfhub` (a gzipped tar at
    `url` of `archive_size` bytes and `archive_sha256`).
    """

    kind: str
    url: str | None = None
    repository: str | None = None
    revision: str | None = None
    archive_sha256: str | None = None
    archive_size: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One model: `root` is its own file or folder below a models directory, `load_path` what its library is given.

    `required` is one without which a main function is missing; the others widen what can be found.
    """

    id: str
    title: str
    enables: str
    needed_by: tuple[str, ...]
    licence: str
    homepage: str
    root: str
    load_path: str
    published: FileSet
    equivalents: tuple[FileSet, ...]
    sources: tuple[ModelSource, ...]
    handle: str | None = None
    required: bool = False

    @property
    def size(self) -> int:
        """Bytes of the published edition: what a download costs."""
        return self.published.size

    @property
    def editions(self) -> tuple[FileSet, ...]:
        return (self.published, *self.equivalents)


@dataclass(frozen=True, slots=True)
class Manifest:
    models: tuple[Model, ...]

    def model(self, model_id: str) -> Model:
        """The model of that id. Raises ManifestError when the manifest names none."""
        for model in self.models:
            if model.id == model_id:
                return model
        known = ", ".join(model.id for model in self.models)
        raise ManifestError(f"The manifest names no model '{model_id}'. It names: {known or 'none'}.")


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`. Raises ManifestError when it cannot be read or is not a manifest of this version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != 1:
            raise ValueError(f"it is of version {document['version']}, and this program reads version 1")
        return Manifest(tuple(_model(entry) for entry in document["models"]))
    except OSError as error:
        raise ManifestError(f"The model manifest {path} cannot be read: {error.strerror}.") from error
    except KeyError as error:
        raise ManifestError(f"{path} is not a model manifest: it lacks {error}.") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ManifestError(f"{path} is not a model manifest: {error}.") from error


def load_manifest() -> Manifest:
    """The manifest that CONTENTCACHE_MODELS_MANIFEST names, else the one that ships with the program. Raises ManifestError."""
    named = os.environ.get(MANIFEST_VARIABLE)
    return _read_once(Path(named) if named else MANIFEST_PATH)


@cache
def _read_once(path: Path) -> Manifest:
    return read_manifest(path)


def _model(entry: Mapping[str, Any]) -> Model:
    published = FileSet("published", entry["homepage"], _files(entry, entry["root"]))
    if published.size != entry["size"]:
        raise ValueError(f"the files of {entry['id']} are {published.size} bytes, its total says {entry['size']}")
    if not entry["sources"]:
        raise ValueError(f"{entry['id']} has no source")
    return Model(
        id=entry["id"],
        title=entry["title"],
        enables=entry["enables"],
        needed_by=tuple(entry["needed_by"]),
        licence=entry["licence"],
        homepage=entry["homepage"],
        root=entry["root"],
        load_path=entry["load_path"],
        published=published,
        equivalents=tuple(FileSet(e["edition"], e["origin"], _files(e, entry["root"])) for e in entry["equivalents"]),
        sources=tuple(_source(source) for source in entry["sources"]),
        handle=entry.get("handle"),
        required=entry.get("required", False),
    )


def _source(entry: Mapping[str, Any]) -> ModelSource:
    source = ModelSource(**entry)
    if source.kind not in NEEDED_BY_KIND:
        raise ValueError(f"a source of kind {source.kind!r} is not known")
    lacking = [name for name in NEEDED_BY_KIND[source.kind] if not isinstance(getattr(source, name), str)]
    if lacking:
        raise ValueError(f"a source of kind {source.kind} lacks {' and '.join(lacking)}")
    return source


def _files(entry: Mapping[str, Any], root: str) -> tuple[ModelFile, ...]:
    files = tuple(ModelFile(**file) for file in entry["files"])
    if not files:
        raise ValueError("a model without files")
    for file in files:
        path = PurePosixPath(file.path)
        # What is installed, verified and removed is below the root, so nothing else may be named.
        if path.is_absolute() or ".." in path.parts or not path.is_relative_to(root):
            raise ValueError(f"{file.path!r} is not a path below {root!r}")
        if not isinstance(file.size, int) or not re.fullmatch("[0-9a-f]{64}", file.sha256):
            raise ValueError(f"{file.path} lacks a size in bytes or a SHA-256 in hex")
    return files
