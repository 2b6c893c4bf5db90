"""Puts a model into a models directory so that at every moment it is whole there or not there."""

import os
import shutil
from pathlib import Path

from backend.durable import sync_folder
from backend.models.manifest import FileSet, Model
from backend.models.problems import ModelError
from backend.models.verification import digest_problem, remove_marker, write_marker

STAGING = ".staging"
QUARANTINE = ".quarantine"


def staging_dir(layer: Path, model: Model) -> Path:
    """Where one model is put together. On the same file system as `layer`; kept when interrupted, so it is resumed."""
    return layer / STAGING / model.id


def quarantine_dir(layer: Path, model: Model) -> Path:
    return layer / QUARANTINE / model.id


def install(layer: Path, model: Model, edition: FileSet, staged: Path) -> None:
    """Verify every digest of the models directory `staged`, swap its model into `layer`, mark it as verified.

    The old marker goes first and the new one comes last, so an interruption leaves a model that counts as not verified.
    What stood there before is quarantined. The caller holds the model's lock and knows that no good copy is replaced.
    Raises ModelError (`not-as-published`) when the files are not what the manifest says, OSError from the disk.
    """
    problems = [problem for file in edition.files if (problem := digest_problem(staged, file))]
    if problems:
        raise ModelError(
            "not-as-published",
            f"{model.title} is not what the manifest says.",
            "Check the disk and try again.",
            "; ".join(problems),
            local=True,
        )
    remove_marker(layer, model)
    for entry in roots(staged, model):
        _replace(staged / entry, layer / entry, quarantine_dir(layer, model))
    sync_folder((layer / model.root).parent)
    write_marker(layer, model, edition)


def roots(layer: Path, model: Model) -> list[Path]:
    """The model's own file or folder below `layer`, and the files beside it that carry its name (a tfhub descriptor)."""
    root = Path(model.root)
    names = [root.name, f"{root.name}.descriptor.txt"]
    return [root.with_name(name) for name in names if os.path.lexists(layer / root.with_name(name))]


def quarantine(path: Path, into: Path) -> None:
    """Set a damaged file or folder aside. Only the newest of a name is kept, so damage cannot fill the disk."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / path.name
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
    os.rename(path, target)


def _replace(source: Path, target: Path, aside: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        # A directory cannot be replaced in one step; without its marker the gap between the two counts as missing.
        quarantine(target, aside)
    os.replace(source, target)
