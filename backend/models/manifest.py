"""What a model consists of: `manifest.json` as typed, immutable values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MANIFEST_PATH = Path(__file__).with_name("manifest.json")


class ManifestError(ValueError):
    """The manifest names no such model, or is not one that this code reads."""


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
        raise ManifestError(f"The manifest names no model {model_id!r}. It names: {known}.")


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`. Raises ManifestError when it is not a manifest of this version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != 1:
            raise ManifestError(f"{path} is a manifest of version {document['version']}; this program reads version 1.")
        return Manifest(tuple(_model(entry) for entry in document["models"]))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ManifestError(f"{path} is not a model manifest: {error!r}") from error


@cache
def load_manifest() -> Manifest:
    """The manifest that ships with the program."""
    return read_manifest(MANIFEST_PATH)


def _model(entry: Mapping[str, Any]) -> Model:
    published = FileSet("published", entry["homepage"], _files(entry["files"]))
    if published.size != entry["size"]:
        raise ManifestError(f"The files of {entry['id']} are {published.size} bytes, its total says {entry['size']}.")
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
        equivalents=tuple(FileSet(e["edition"], e["origin"], _files(e["files"])) for e in entry["equivalents"]),
        sources=tuple(ModelSource(**source) for source in entry["sources"]),
        handle=entry.get("handle"),
        required=entry.get("required", False),
    )


def _files(entries: list[dict[str, Any]]) -> tuple[ModelFile, ...]:
    return tuple(ModelFile(**entry) for entry in entries)
