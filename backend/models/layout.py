"""What the libraries expect beside a model's files: links and refs of a hub cache, the descriptor of tfhub's."""

import os
import shutil
from pathlib import Path

from backend.models.manifest import FileSet, Model, ModelFile


def stored_at(model: Model, file: ModelFile) -> str:
    """Where the bytes of `file` lie below a models directory: in a hub cache its blob, else its own path."""
    return file.path if file.blob is None else f"{model.root}/blobs/{file.blob}"


def complete_layout(layer: Path, model: Model, edition: FileSet) -> None:
    """With all bytes in place, add what makes `layer` a cache that the model's own library reads. Repeatable."""
    if any(file.blob for file in edition.files):
        _link_snapshot(layer, model, edition)
    if model.handle is not None:
        # tensorflow-hub reads nothing from it, but its own cache always has one.
        descriptor = (layer / model.root).with_name(f"{Path(model.root).name}.descriptor.txt")
        descriptor.write_text(f"Module: {model.handle}\nEdition: {edition.edition}\n", encoding="utf-8")


def _link_snapshot(layer: Path, model: Model, edition: FileSet) -> None:
    refs = layer / model.root / "refs"
    refs.mkdir(parents=True, exist_ok=True)
    (refs / "main").write_text(Path(model.load_path).name, encoding="utf-8")
    for file in edition.files:
        link = layer / file.path
        if file.blob is None or link.exists():
            continue
        link.unlink(missing_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        blob = layer / stored_at(model, file)
        try:
            link.symlink_to(os.path.relpath(blob, link.parent))
        except (OSError, NotImplementedError):
            # FAT, and Windows without the right to: huggingface_hub then keeps the file itself in the snapshot.
            shutil.copyfile(blob, link)
