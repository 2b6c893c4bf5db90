"""Where a model is put together before it is installed, and how that fails."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.models import installation
from backend.models.installation import STAGING
from backend.models.manifest import FileSet, Model
from backend.models.problems import ModelError


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

    Raises ProvisionError when what was built is not what the manifest says.
    """
    with staging(layer) as staged:
        build(staged)
        try:
            installation.install(layer, model, edition, staged)
        except ModelError as error:
            raise ProvisionError(f"{error.problem.message} {error.problem.detail}") from error
