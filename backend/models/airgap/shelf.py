"""The files of a folder that a person points at, found by size and digest: what they are called says nothing."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from backend.models.airgap.bundle import not_a_bundle
from backend.models.verification import sha256_of

MAX_FILES = 20_000


class Shelf:
    """Looks through `folder`, hidden folders below it left out, for files of the `wanted` sizes in bytes.

    Raises ModelError when the folder holds more than MAX_FILES, OSError when it cannot be read.
    """

    def __init__(self, folder: Path, wanted: Iterable[int]) -> None:
        sizes = set(wanted)
        self._by_size: dict[int, list[Path]] = {}
        for path in _files(folder):
            size = path.stat().st_size
            # A hub cache holds a file as blob and as link to it.
            if size in sizes and not any(path.samefile(other) for other in self._by_size.get(size, ())):
                self._by_size.setdefault(size, []).append(path)

    def find(self, size: int, sha256: str) -> Path | None:
        """A file of that size: the one with the digest if there are several, so that only those are read here."""
        found = self._by_size.get(size, [])
        if len(found) < 2:
            return found[0] if found else None
        return next((path for path in found if sha256_of(path) == sha256), found[0])


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in sorted(Path(parent, name) for name in names):
            if path.is_file():
                count += 1
                yield path
        if count > MAX_FILES:
            raise not_a_bundle(f"{folder} has more than {MAX_FILES} files")


def _raise(error: OSError) -> None:
    raise error
