"""What an interrupted download left of a model: names in its staging directory, and how many bytes are there."""

from pathlib import Path

from backend.models.installation import staging_dir
from backend.models.manifest import Model

PARTS = "parts"
TREE = "tree"
ARCHIVE = "archive.tar.gz"


def staged_bytes(layer: Path, model: Model) -> int:
    """Bytes of the model's sources that have arrived; what was unpacked from a whole archive is not counted again."""
    folder = staging_dir(layer, model)
    parts = sum(_size(path) for path in (folder / PARTS).glob("*.part"))
    archive = _size(folder / ARCHIVE)
    return parts + (archive or sum(_size(path) for path in (folder / TREE).rglob("*")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() and not path.is_symlink() else 0
    except FileNotFoundError:
        # Renamed or installed in this moment.
        return 0
