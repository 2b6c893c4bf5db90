"""One edition of a model out of its archive, at the places of the cache layout."""

import os
from collections.abc import Callable
from pathlib import Path

from backend.models.archive.unpack import bad_archive, unpack
from backend.models.layout import stored_at
from backend.models.manifest import FileSet, Model
from backend.models.verification import sha256_of


def unpack_model(archive: Path, model: Model, edition: FileSet, tree: Path, check: Callable[[], None]) -> None:
    """Write the edition's files below `tree`, on the disk and with the manifest's digests; `check` is called between pieces.

    Raises ModelError (`unsafe-archive`, `bad-archive`), OSError, and whatever `check` raises.
    """
    targets = {file: tree / stored_at(model, file) for file in edition.files}
    unpack(archive, {file.source_path: (target, file.size) for file, target in targets.items()}, check)
    for target in targets.values():
        with target.open("rb+") as stream:
            os.fsync(stream.fileno())
    changed = [file.path for file, target in targets.items() if sha256_of(target) != file.sha256]
    if changed:
        raise bad_archive(f"{', '.join(changed)} differ")
