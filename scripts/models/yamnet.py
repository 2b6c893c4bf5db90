"""YAMNet in tensorflow-hub's cache layout, out of the archive that lies beside the checkout on our machines."""

import tarfile
from pathlib import Path

from backend.models.manifest import Model
from scripts.models.placement import install

EDITION = "dequantised-coral"
ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "yamnet" / "yamnet_1.tar.gz"
REASON = "../shared/fixtures/yamnet is not here: it may not be committed, and no package index carries it"


def archive() -> Path | None:
    """The archive, where it lies beside the checkout."""
    return ARCHIVE if ARCHIVE.is_file() else None


def provide(layer: Path, model: Model, source: Path) -> None:
    edition = next(edition for edition in model.equivalents if edition.edition == EDITION)
    install(layer, model, edition, lambda staged: _unpack(source, staged / model.root, model))


def _unpack(source: Path, root: Path, model: Model) -> None:
    root.mkdir(parents=True)
    with tarfile.open(source) as contents:
        contents.extractall(root, filter="data")
    # tensorflow-hub reads nothing from it, but its own cache always has one.
    descriptor = root.with_name(f"{root.name}.descriptor.txt")
    descriptor.write_text(f"Module: {model.handle}\nSource: {source.name}\n", encoding="utf-8")
