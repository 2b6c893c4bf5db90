"""What a file or folder offers to import: a bundle, a folder with models' files, a model's own file or archive.

An offer is made for what has the right sizes, wherever it lies and whatever it is called. The digests decide while it
is copied, so that nothing is read twice and the window sees how far it is.
"""

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from backend.models.airgap.bundle import INDEX, damaged_bundle, not_a_bundle, read_index
from backend.models.airgap.shelf import Shelf
from backend.models.manifest import FileSet, Manifest, Model, ModelFile
from backend.models.verification import sha256_of

GZIP = b"\x1f\x8b"
LFS_POINTER = b"version https://git-lfs"

OpenFile = Callable[[ModelFile], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Archive:
    """The gzipped tar that a model is published as."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One model that can be imported, not checked yet: from its archive, or file by file with what opens each."""

    model: Model
    edition: FileSet
    source: Archive | OpenFile

    @property
    def size(self) -> int:
        """Bytes to read."""
        return self.source.size if isinstance(self.source, Archive) else self.edition.size


@contextmanager
def offers_of(path: Path, manifest: Manifest) -> Iterator[list[Offer]]:
    """Raises ModelError: `nothing-to-import` when nothing there is a model of the manifest, `corrupt`; OSError."""
    if path.is_dir():
        yield _folder(path, manifest)
    elif own := _own_file(path, manifest):
        yield [own]
    else:
        with _open_bundle(path) as bundle:
            try:
                yield _bundle(bundle, manifest)
            except tarfile.TarError as error:
                raise damaged_bundle(path.name, error) from error


def _folder(folder: Path, manifest: Manifest) -> list[Offer]:
    archives = {model.id: _archives(model) for model in manifest.models}
    files = [file.size for model in manifest.models for edition in model.editions for file in edition.files]
    shelf = Shelf(folder, [*files, *(size for known in archives.values() for size, _ in known)])
    offers, incomplete = [], []
    for model in manifest.models:
        if offer := _in_files(model, shelf) or _in_archive(model, archives[model.id], shelf):
            offers.append(offer)
        elif why := _incomplete(folder, model, shelf):
            incomplete.append(why)
    if not offers:
        raise not_a_bundle("; ".join(incomplete) or "no file in the folder is a model's")
    return offers


def _in_files(model: Model, shelf: Shelf) -> Offer | None:
    for edition in model.editions:
        found = _found(edition, shelf)
        if len(found) == len(edition.files):
            return Offer(model, edition, partial(_open_found, found))
    return None


def _open_found(found: dict[ModelFile, Path], file: ModelFile) -> IO[bytes]:
    return found[file].open("rb")


def _found(edition: FileSet, shelf: Shelf) -> dict[ModelFile, Path]:
    return {file: path for file in edition.files if (path := shelf.find(file.size, file.sha256))}


def _archives(model: Model) -> list[tuple[int, str]]:
    """Size and digest of each archive that the model is published as."""
    return [(source.archive_size, source.archive_sha256) for source in model.sources if source.archive_size and source.archive_sha256]


def _in_archive(model: Model, archives: list[tuple[int, str]], shelf: Shelf) -> Offer | None:
    for size, sha256 in archives:
        if path := shelf.find(size, sha256):
            return Offer(model, model.published, Archive(path, size, sha256))
    return None


def _incomplete(folder: Path, model: Model, shelf: Shelf) -> str | None:
    """What a folder lacks that holds most of a model, or its place in the cache layout; None for any other folder."""
    closest = max(model.editions, key=lambda edition: len(_found(edition, shelf)) / len(edition.files))
    found = _found(closest, shelf)
    if 2 * len(found) <= len(closest.files) and not (folder / model.root).exists():
        return None
    missing = [file for file in closest.files if file not in found]
    return f"{model.title} is not whole in it ({', '.join(_lacking(folder, file) for file in missing[:3])})"


def _lacking(folder: Path, file: ModelFile) -> str:
    name = Path(file.source_path).name
    path = folder / file.source_path
    if path.is_file():
        with path.open("rb") as stream:
            if stream.read(len(LFS_POINTER)) == LFS_POINTER:
                return f"{name} is only a pointer to the file; “git lfs pull” fetches it"
    return f"{name} is missing or has another size"


def _own_file(path: Path, manifest: Manifest) -> Offer | None:
    """The model whose only file, or whose archive, has the size of `path`."""
    size = path.stat().st_size
    fitting = [
        (Offer(model, edition, lambda _: path.open("rb")), edition.files[0].sha256)
        for model in manifest.models
        for edition in model.editions
        if len(edition.files) == 1 and edition.size == size
    ] + [
        (Offer(model, model.published, Archive(path, size, sha256)), sha256)
        for model in manifest.models
        for archive_size, sha256 in _archives(model)
        if archive_size == size
    ]
    if len(fitting) > 1:
        digest = sha256_of(path)
        fitting = [entry for entry in fitting if entry[1] == digest] or fitting
    return fitting[0][0] if fitting else None


def _open_bundle(path: Path) -> tarfile.TarFile:
    with path.open("rb") as stream:
        start = stream.read(len(GZIP))
    if start == GZIP:
        raise not_a_bundle(f"{path.name} is a compressed archive, but not one that a model is published as")
    try:
        return tarfile.open(path, mode="r:")
    except tarfile.TarError as error:
        raise not_a_bundle(f"{path.name} is no model's own file") from error


def _bundle(bundle: tarfile.TarFile, manifest: Manifest) -> list[Offer]:
    first = bundle.next()
    index = bundle.extractfile(first) if first is not None and first.name == INDEX and first.isfile() else None
    if index is None:
        raise not_a_bundle("it is an archive without an index")
    members = {member.name: member for member in bundle if member.isfile()}

    def open_member(file: ModelFile) -> IO[bytes]:
        member = members.get(file.path)
        stream = bundle.extractfile(member) if member is not None else None
        if stream is None:
            raise not_a_bundle(f"{file.path} is missing in it")
        return stream

    return [Offer(entry.model, entry.edition, open_member) for entry in read_index(index, manifest)]
