"""Brings models in from disk, as carefully as from the network: checked byte by byte, installed whole or not at all."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.contract.library import ModelId
from backend.models.airgap.bundle import damaged_bundle
from backend.models.airgap.offers import Archive, Offer, OpenFile, offers_of
from backend.models.archive.unpack_model import unpack_model
from backend.models.cancellation import Cancellation
from backend.models.download.progress import ModelProgress
from backend.models.installation import install, staging_dir
from backend.models.layout import complete_layout, stored_at
from backend.models.locking import model_lock
from backend.models.manifest import Manifest
from backend.models.problems import Cancelled, ModelError, disk_full, from_os_error
from backend.models.registry import ModelState, model_status
from backend.processing.config import get_models_cache_dir
from backend.sidecar.ticker import Ticker

COPY_SIZE = 1 << 20

Emit = Callable[[ModelDownloadProgress | ModelDownloadEnded], None]


def import_models(path: Path, manifest: Manifest, emit: Emit, cancellation: Cancellation) -> list[ModelDownloadEnded]:
    """The terminal event of each model that `path` offers; the models directory keeps a good copy that it has.

    Raises ModelError when `path` cannot be read or offers nothing.
    """
    try:
        with offers_of(path, manifest) as offers:
            return [_one(offer, emit, cancellation) for offer in offers]
    except OSError as error:
        raise _unreadable(path, error) from error


def _one(offer: Offer, emit: Emit, cancellation: Cancellation) -> ModelDownloadEnded:
    model_id = ModelId(offer.model.id)
    progress = ModelProgress(model_id, offer.size)
    with Ticker(progress.event, emit):
        try:
            message = _bring(offer, progress, cancellation)
            ended = ModelDownloadEnded(model=model_id, outcome=ModelDownloadOutcome.INSTALLED, message=message)
        except Cancelled:
            ended = ModelDownloadEnded(model=model_id, outcome=ModelDownloadOutcome.CANCELLED, message="Cancelled.")
        except ModelError as error:
            ended = ModelDownloadEnded(
                model=model_id, outcome=ModelDownloadOutcome.FAILED, message=error.problem.message, problem=error.problem
            )
    emit(ended)
    return ended


def _bring(offer: Offer, progress: ModelProgress, cancellation: Cancellation) -> str:
    model, layer = offer.model, get_models_cache_dir()
    with model_lock(layer, model, cancellation, lambda: progress.say("Another process is working on it")):
        try:
            if model_status(model).state is ModelState.PRESENT:
                return f"{model.title} is here already."
            tree = staging_dir(layer, model) / "import"
            if tree.exists():
                shutil.rmtree(tree)
            tree.mkdir(parents=True)
            try:
                free = shutil.disk_usage(tree).free
                if free < offer.edition.size:
                    raise disk_full(offer.edition.size, free, str(layer))
                if isinstance(offer.source, Archive):
                    _unpack(offer, offer.source, tree, progress, cancellation)
                else:
                    _copy_all(offer, offer.source, tree, progress, cancellation)
                progress.say("Installing")
                complete_layout(tree, model, offer.edition)
                install(layer, model, offer.edition, tree)
            finally:
                shutil.rmtree(tree, ignore_errors=True)
        except OSError as error:
            raise from_os_error(error, f"{model.title} was imported") from error
    return f"{model.title} is installed."


def _unpack(offer: Offer, archive: Archive, tree: Path, progress: ModelProgress, cancellation: Cancellation) -> None:
    progress.say("Checking")
    digest, done = hashlib.sha256(), 0
    for piece in _pieces(lambda: archive.path.open("rb"), archive.path.name):
        cancellation.check()
        digest.update(piece)
        done += len(piece)
        progress.set_bytes(done, len(piece))
    if digest.hexdigest() != archive.sha256:
        raise _damaged(archive.path.name)
    progress.say("Unpacking")
    unpack_model(archive.path, offer.model, offer.edition, tree, cancellation.check)


def _copy_all(offer: Offer, open_file: OpenFile, tree: Path, progress: ModelProgress, cancellation: Cancellation) -> None:
    done = 0
    progress.say("Copying and checking")
    for file in offer.edition.files:
        target = tree / stored_at(offer.model, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("wb") as stream:
            for piece in _pieces(partial(open_file, file), file.path):
                cancellation.check()
                digest.update(piece)
                stream.write(piece)
                done += len(piece)
                progress.set_bytes(done, len(piece))
                if stream.tell() > file.size:
                    break
            stream.flush()
            os.fsync(stream.fileno())
        if digest.hexdigest() != file.sha256:
            raise _damaged(file.path)


def _pieces(open_source: Callable[[], IO[bytes]], name: str) -> Iterator[bytes]:
    """The content, with what goes wrong on the side that is read told apart from the side that is written."""
    try:
        with open_source() as source:
            while piece := source.read(COPY_SIZE):
                yield piece
    except tarfile.TarError as error:
        raise damaged_bundle(name, error) from error
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str | Path, error: OSError) -> ModelError:
    return ModelError("unreadable", f"{name} cannot be read.", "Check that it exists and may be read.", str(error), local=True)


def _damaged(name: str) -> ModelError:
    return ModelError("corrupt", f"{name} is damaged in what was imported.", "Copy or export it again.", local=True)
