"""Puts a model into a models directory so that at every moment it is whole there or not there."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.models.manifest import FileSet, Model
from backend.models.verification import digest_problem, remove_marker, write_marker

STAGING = ".staging"


class ProvisionError(RuntimeError):
    """A model could not be provided; the message says why and what to do."""


@contextmanager
def staging(layer: Path) -> Iterator[Path]:
    """An empty directory on the same file system as `layer`, gone afterwards."""
    parent = layer / STAGING
    parent.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def install(layer: Path, model: Model, edition: FileSet, build: Callable[[Path], None]) -> None:
    """Let `build` lay the model out in an empty models directory, verify every digest, then swap it in.

    The marker goes first and comes last, so an interruption leaves a model that counts as not verified.
    Raises ProvisionError when what was built is not what the manifest says.
    """
    with staging(layer) as staged:
        build(staged)
        problems = [problem for file in edition.files if (problem := digest_problem(staged, file))]
        if problems:
            raise ProvisionError(f"{model.title} is not what the manifest says: {'; '.join(problems)}.")
        remove_marker(layer, model)
        for entry in sorted(_roots(staged, model)):
            _replace(staged / entry, layer / entry)
        write_marker(layer, model, edition)


def _roots(staged: Path, model: Model) -> list[Path]:
    """The model's own file or folder, and the files beside it that carry its name (a tfhub descriptor)."""
    root = Path(model.root)
    return [path.relative_to(staged) for path in (staged / root.parent).glob(f"{root.name}*")]


def _replace(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        # A directory cannot be replaced in one step; without its marker the gap between the two counts as missing.
        old = Path(tempfile.mkdtemp(dir=source.parent)) / target.name
        os.rename(target, old)
    os.replace(source, target)
