"""Takes a model out of the writable models directory, with whatever a download of it left behind."""

import shutil
from pathlib import Path

from backend.models.cancellation import Cancellation
from backend.models.installation import quarantine_dir, roots, staging_dir
from backend.models.locking import model_lock
from backend.models.manifest import Model
from backend.models.problems import ModelError, from_os_error
from backend.models.registry import model_status
from backend.models.verification import remove_marker
from backend.processing.config import get_models_cache_dir


def remove_model(model: Model, cancellation: Cancellation) -> bool:
    """True when there was something to remove. Waits for a download of it by another process.

    Raises ModelError: `bundled` when the only copy came with the app, `not-writable`; Cancelled.
    """
    layer = get_models_cache_dir()
    with model_lock(layer, model, cancellation):
        location = model_status(model).location
        try:
            leftovers = [staging_dir(layer, model), quarantine_dir(layer, model)]
            entries = [layer / entry for entry in roots(layer, model)]
            if not entries and location is not None and location.layer != layer:
                raise ModelError(
                    "bundled",
                    f"{model.title} came with the app and is not removed by itself.",
                    "It goes when the app is removed.",
                    local=True,
                )
            # The marker first: from then on the model counts as not there, however far the rest gets.
            remove_marker(layer, model)
            for path in (*entries, *leftovers):
                _delete(path)
        except OSError as error:
            raise from_os_error(error, f"{model.title} was removed") from error
    return bool(entries)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
