"""What a file or folder offers to import: a bundle, a folder in the cache layout, or a model's own single file."""

import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from backend.models.airgap.bundle import INDEX, damaged_bundle, not_a_bundle, read_index
from backend.models.manifest import FileSet, Manifest, Model, ModelFile
from backend.models.problems import ModelError
from backend.models.verification import sha256_of


@dataclass(frozen=True, slots=True)
class Offer:
    """One model that can be imported. `open_file` gives the bytes of one of its files, not checked yet."""

    model: Model
    edition: FileSet
    open_file: Callable[[ModelFile], IO[bytes]]


@contextmanager
def offers_of(path: Path, manifest: Manifest) -> Iterator[list[Offer]]:
    """Raises ModelError: `nothing-to-import` when nothing there is a model of the manifest, `corrupt`; OSError."""
    if path.is_dir():
        yield _folder(path, manifest)
    elif path.stat().st_size and tarfile.is_tarfile(path):
        try:
            with tarfile.open(path, mode="r:") as bundle:
                yield _bundle(bundle, manifest)
        except tarfile.TarError as error:
            raise damaged_bundle(path.name, error) from error
    else:
        yield [_single_file(path, manifest)]


def _folder(folder: Path, manifest: Manifest) -> list[Offer]:
    offers, incomplete = [], []
    for model in manifest.models:
        whole = [edition for edition in model.editions if all(_has(folder, file) for file in edition.files)]
        if whole:
            offers.append(Offer(model, whole[0], partial(_open_below, folder)))
        elif (folder / model.root).exists():
            incomplete.append(model.title)
    if not offers:
        raise not_a_bundle(f"{', '.join(incomplete)} is not whole in it" if incomplete else "the folder has no model in the cache layout")
    return offers


def _has(folder: Path, file: ModelFile) -> bool:
    path = folder / file.path
    return path.is_file() and path.stat().st_size == file.size


def _open_below(folder: Path, file: ModelFile) -> IO[bytes]:
    return (folder / file.path).open("rb")


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


def _single_file(path: Path, manifest: Manifest) -> Offer:
    size = path.stat().st_size
    fitting = [
        (model, edition) for model in manifest.models for edition in model.editions if len(edition.files) == 1 and edition.size == size
    ]
    digest = sha256_of(path) if fitting else ""
    for model, edition in fitting:
        if edition.files[0].sha256 == digest:
            return Offer(model, edition, lambda _: path.open("rb"))
    if fitting:
        raise ModelError(
            "corrupt",
            f"{path.name} has the size of {fitting[0][0].title} but other content: it is damaged.",
            "Copy or download the file again.",
            local=True,
        )
    raise not_a_bundle(f"{path.name} is no model's own file")
