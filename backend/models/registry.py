"""Which models are here. A model is present only when all files of one edition have their size and were verified.

Two layers are searched: the writable models directory, then the read-only bundle of an installed app.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend.models.manifest import FileSet, Manifest, Model, load_manifest
from backend.models.verification import (
    digest_problem,
    marker_path,
    read_marker,
    remove_marker,
    write_marker,
)
from backend.processing.config import get_bundled_models_dir, get_models_cache_dir

__all__ = [
    "ModelLocation",
    "ModelState",
    "ModelStatus",
    "find_model",
    "layers",
    "model_states",
    "model_status",
    "verify",
    "write_marker",
]


class ModelState(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelLocation:
    """A verified model. `path` is what its library loads; `layer` is the models directory that holds it."""

    model: Model
    layer: Path
    path: Path
    edition: str


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """State of one model over both layers. `problem` says in words why it is damaged."""

    model: Model
    state: ModelState
    location: ModelLocation | None = None
    problem: str | None = None


def layers() -> tuple[Path, ...]:
    """The models directories, the one that wins first."""
    bundled = get_bundled_models_dir()
    return (get_models_cache_dir(),) if bundled is None else (get_models_cache_dir(), bundled)


def model_status(model: Model) -> ModelStatus:
    """State of the model: present in the first layer that has it whole, else damaged if any layer has a part of it."""
    damaged: ModelStatus | None = None
    for layer in layers():
        status = _status_in(layer, model)
        if status.state is ModelState.PRESENT:
            return status
        if status.state is ModelState.DAMAGED and damaged is None:
            damaged = status
    return damaged or ModelStatus(model, ModelState.MISSING)


def model_states(manifest: Manifest | None = None) -> dict[str, ModelStatus]:
    """Status of every model of the manifest by id. Cheap: sizes and markers, no file content."""
    return {model.id: model_status(model) for model in (manifest or load_manifest()).models}


def find_model(model_id: str, manifest: Manifest | None = None) -> ModelLocation | None:
    """Where the model is loaded from, or None when it is not present. Raises ManifestError for an unknown id."""
    return model_status((manifest or load_manifest()).model(model_id)).location


def verify(model_id: str, manifest: Manifest | None = None, layer: Path | None = None) -> ModelStatus:
    """Read every file of the model in `layer` (the writable one unless named) and compare digests.

    Writes the marker of the edition that holds in full, and removes the marker otherwise; so the state afterwards is
    what the files say. The bundle of an installed app is only read. Raises OSError where the layer cannot be written.
    """
    model = (manifest or load_manifest()).model(model_id)
    directory = layer or get_models_cache_dir()
    closest = _closest_edition(directory, model)
    problems = [problem for file in closest.files if (problem := digest_problem(directory, file))]
    bundled = directory == get_bundled_models_dir()
    if not problems:
        if not bundled:
            write_marker(directory, model, closest)
        return _status_in(directory, model)
    if not bundled:
        remove_marker(directory, model)
    if not any((directory / file.path).exists() for file in closest.files):
        return ModelStatus(model, ModelState.MISSING)
    return ModelStatus(model, ModelState.DAMAGED, problem="; ".join(problems))


def _status_in(layer: Path, model: Model) -> ModelStatus:
    edition = _closest_edition(layer, model)
    problems = [problem for path, size in _sizes(edition) if (problem := _size_problem(layer, path, size))]
    marker = read_marker(layer, model)
    if not problems and marker is not None and marker.covers(edition):
        location = ModelLocation(model, layer, layer / model.load_path, edition.edition)
        return ModelStatus(model, ModelState.PRESENT, location)
    nothing_there = len(problems) == len(edition.files) and not any((layer / f.path).exists() for f in edition.files)
    if nothing_there and not marker_path(layer, model).exists():
        return ModelStatus(model, ModelState.MISSING)
    if not problems:
        problems = ["its files were not verified yet"]
    return ModelStatus(model, ModelState.DAMAGED, problem="; ".join(problems))


def _closest_edition(layer: Path, model: Model) -> FileSet:
    """The edition with the most files of the right size there; the published one when they are equal."""

    def fitting(edition: FileSet) -> float:
        fit = sum(1 for path, size in _sizes(edition) if _size_problem(layer, path, size) is None)
        return fit / len(edition.files)

    return max(model.editions, key=fitting)


def _sizes(edition: FileSet) -> list[tuple[str, int]]:
    return [(file.path, file.size) for file in edition.files]


def _size_problem(layer: Path, path: str, size: int) -> str | None:
    try:
        found = (layer / path).stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return f"{path} is missing"
    return None if found == size else f"{path} has {found} bytes instead of {size}"
