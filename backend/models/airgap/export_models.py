"""Writes chosen models into one bundle, reading and comparing every byte on the way."""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from backend.contract.events import ModelExportProgress
from backend.durable import sync_folder
from backend.models.airgap.bundle import INDEX, Carried, index_bytes
from backend.models.cancellation import Cancellation
from backend.models.manifest import Model
from backend.models.problems import ModelError, disk_full, from_os_error
from backend.models.registry import ModelLocation, model_status
from backend.models.verification import MARKERS, marker_path
from backend.sidecar.ticker import Ticker

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SYNC_EVERY = 4 << 20

Emit = Callable[[ModelExportProgress], None]


def export_models(models: Sequence[Model], target: Path, cancellation: Cancellation, emit: Emit = lambda _: None) -> int:
    """Write the bundle `target` and return its size in bytes. It appears whole or not at all, and replaces an older one.

    Bytes that `emit` is told of are those of the models' files; the last event, with all of them, comes when the bundle is there.
    Raises ModelError when a model is not present or damaged, or `target` cannot be written; Cancelled.
    """
    locations = [_location(model) for model in models]
    if not locations:
        raise ModelError("not-installed", "There is no model here to export.", "Download a model first.", local=True)
    part = target.with_name(f"{target.name}.part")
    try:
        progress = _Progress(sum(_edition(location).edition.size for location in locations))
        free = shutil.disk_usage(target.parent).free
        if free < progress.total:
            raise disk_full(progress.total, free, str(target.parent))
        with Ticker(progress.event, emit):
            try:
                with _SyncedFile(part, "wb") as stream:
                    _write(stream, locations, cancellation, progress)
                    os.fsync(stream.fileno())
                cancellation.check()
                os.replace(part, target)
                sync_folder(target.parent)
            finally:
                part.unlink(missing_ok=True)
        emit(progress.event())
        return target.stat().st_size
    except OSError as error:
        raise from_os_error(error, f"{target} was written") from error


def _location(model: Model) -> ModelLocation:
    status = model_status(model)
    if status.location is None:
        why = f" ({status.problem})" if status.problem else ""
        raise ModelError("not-installed", f"{model.title} is not here{why}.", "Download it first, then export it.", local=True)
    return status.location


def _edition(location: ModelLocation) -> Carried:
    edition = next(edition for edition in location.model.editions if edition.edition == location.edition)
    return Carried(location.model, edition)


def _write(stream: IO[bytes], locations: list[ModelLocation], cancellation: Cancellation, progress: "_Progress") -> None:
    carried = [_edition(location) for location in locations]
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as bundle:
        index = index_bytes(carried)
        bundle.addfile(_member(INDEX, len(index)), io.BytesIO(index))
        for location, entry in zip(locations, carried, strict=True):
            for file in entry.edition.files:
                with (location.layer / file.path).open("rb") as source:
                    digested = _DigestedReader(source, cancellation, progress)
                    bundle.addfile(_member(file.path, file.size), digested)
                if digested.hexdigest() != file.sha256:
                    raise ModelError("damaged", f"{file.path} is damaged.", "Download the model again, then export it.", local=True)
            marker = marker_path(location.layer, entry.model).read_bytes()
            bundle.addfile(_member(f"{MARKERS}/{entry.model.id}.json", len(marker)), io.BytesIO(marker))


def _member(name: str, size: int) -> tarfile.TarInfo:
    # Owner and times stay zero: the same models give the same bytes, whoever exports them.
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member


@dataclass(slots=True)
class _Progress:
    """Set from the working thread, read from the ticker's."""

    total: int
    bytes: int = 0

    def event(self) -> ModelExportProgress:
        return ModelExportProgress(bytes=self.bytes, total=self.total)


class _SyncedFile(io.FileIO):
    """Brings every few megabytes to the medium: progress on a slow stick is true, and a cancel need not wait for all of it."""

    _unsynced = 0

    def write(self, piece: "ReadableBuffer") -> int:
        view = memoryview(piece)
        size = len(view)
        while view:
            view = view[super().write(view) :]
        self._unsynced += size
        if self._unsynced >= SYNC_EVERY:
            os.fsync(self.fileno())
            self._unsynced = 0
        return size


class _DigestedReader(io.RawIOBase):
    """Hands out the bytes of a file and keeps their SHA-256 and their number."""

    def __init__(self, source: IO[bytes], cancellation: Cancellation, progress: "_Progress") -> None:
        self._source = source
        self._cancellation = cancellation
        self._progress = progress
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        self._cancellation.check()
        piece = self._source.read(size)
        self._digest.update(piece)
        self._progress.bytes += len(piece)
        return piece

    def hexdigest(self) -> str:
        return self._digest.hexdigest()
