"""Brings models in from disk, as carefully as from the network: checked byte by byte, installed whole or not at all."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.contract.library import ModelId
from backend.models.airgap.bundle import damaged_bundle
from backend.models.airgap.offers import Offer, offers_of
from backend.models.cancellation import Cancellation
from backend.models.download.progress import ModelProgress
from backend.models.installation import install, staging_dir
from backend.models.layout import complete_layout, stored_at
from backend.models.locking import model_lock
from backend.models.manifest import Manifest, ModelFile
from backend.models.problems import Cancelled, ModelError, disk_full, from_os_error
from backend.models.registry import ModelState, model_status
from backend.models.ticker import Ticker
from backend.processing.config import get_models_cache_dir

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
        raise ModelError(
            "unreadable", f"{path} cannot be read.", "Check that it exists and may be read.", str(error), local=True
        ) from error


def _one(offer: Offer, emit: Emit, cancellation: Cancellation) -> ModelDownloadEnded:
    model_id = ModelId(offer.model.id)
    progress = ModelProgress(model_id, offer.edition.size)
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
                _copy_all(offer, tree, progress, cancellation)
                progress.say("Installing")
                complete_layout(tree, model, offer.edition)
                install(layer, model, offer.edition, tree)
            finally:
                shutil.rmtree(tree, ignore_errors=True)
        except OSError as error:
            raise from_os_error(error, f"{model.title} was imported") from error
    return f"{model.title} is installed."


def _copy_all(offer: Offer, tree: Path, progress: ModelProgress, cancellation: Cancellation) -> None:
    done = 0
    progress.say("Copying and checking")
    for file in offer.edition.files:
        target = tree / stored_at(offer.model, file)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        try:
            with offer.open_file(file) as source, target.open("wb") as stream:
                while piece := source.read(COPY_SIZE):
                    cancellation.check()
                    digest.update(piece)
                    stream.write(piece)
                    done += len(piece)
                    progress.set_bytes(done, len(piece))
                    if stream.tell() > file.size:
                        break
                stream.flush()
                os.fsync(stream.fileno())
        except tarfile.TarError as error:
            raise damaged_bundle(file.path, error) from error
        if digest.hexdigest() != file.sha256:
            raise _damaged(file)


def _damaged(file: ModelFile) -> ModelError:
    return ModelError("corrupt", f"{file.path} is damaged in what was imported.", "Copy or export it again.", local=True)
