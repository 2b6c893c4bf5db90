"""The models that were asked for, one after the other; each ends with exactly one terminal event."""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome, ModelDownloadProgress
from backend.contract.library import ModelId
from backend.models.cancellation import Cancellation
from backend.models.download.fetch_model import ModelFetch
from backend.models.download.policy import Policy
from backend.models.download.progress import ModelProgress
from backend.models.installation import staging_dir
from backend.models.locking import model_lock
from backend.models.manifest import Manifest, Model
from backend.models.problems import Cancelled, ModelError, from_os_error, kept_offline, size_text
from backend.models.registry import ModelState, model_status, verify
from backend.models.staged import staged_bytes
from backend.processing.config import get_models_cache_dir
from backend.sidecar.ticker import Ticker

log = logging.getLogger(__name__)

Emit = Callable[[ModelDownloadProgress | ModelDownloadEnded], None]

OTHER_PROCESS = "Another process is downloading it"


class Downloads:
    """`run` fetches models into the writable models directory and says through `emit` how it goes."""

    def __init__(
        self,
        manifest: Manifest,
        emit: Emit,
        cancellation: Cancellation,
        policy: Policy | None = None,
        *,
        offline: bool = False,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._manifest = manifest
        self._sink = emit
        self._lock = threading.Lock()
        self._unfinished: list[Model] = []
        self._abandoned = False
        self._cancellation = cancellation
        self._policy = policy or Policy()
        self._offline = offline
        self._environment = environment

    def run(self, models: Iterable[Model]) -> list[ModelDownloadEnded]:
        """The terminal event of each model, in order. Nothing that goes wrong with one keeps the next from its turn."""
        with self._lock:
            self._unfinished = list(models)
        return [self._one(model) for model in list(self._unfinished)]

    def abandon(self) -> None:
        """Say of each model that has not ended that it is cancelled, and nothing ever after.

        For a cancel that the work cannot notice, deep in a name look-up; the process then ends, as safely as by a kill.
        """
        with self._lock:
            if not self._abandoned:
                self._abandoned = True
                for model in self._unfinished:
                    self._sink(_cancelled(model))

    def _emit(self, event: ModelDownloadProgress | ModelDownloadEnded) -> None:
        with self._lock:
            if self._abandoned:
                return
            if isinstance(event, ModelDownloadEnded):
                self._unfinished = [model for model in self._unfinished if model.id != event.model.value]
            self._sink(event)

    def _one(self, model: Model) -> ModelDownloadEnded:
        progress = ModelProgress(ModelId(model.id), model.size)
        with Ticker(progress.event, self._emit, self._policy.progress_interval):
            ended = self._outcome(model, progress)
        if ended.outcome is ModelDownloadOutcome.INSTALLED:
            progress.finish()
            self._emit(progress.event())
        self._emit(ended)
        return ended

    def _outcome(self, model: Model, progress: ModelProgress) -> ModelDownloadEnded:
        model_id = ModelId(model.id)
        try:
            message = self._bring(model, progress)
        except Cancelled:
            return _cancelled(model)
        except ModelError as error:
            if self._cancellation.requested:
                # What was interrupted fails in its own way.
                return _cancelled(model)
            return ModelDownloadEnded(
                model=model_id, outcome=ModelDownloadOutcome.FAILED, message=error.problem.message, problem=error.problem
            )
        return ModelDownloadEnded(model=model_id, outcome=ModelDownloadOutcome.INSTALLED, message=message)

    def _bring(self, model: Model, progress: ModelProgress) -> str:
        self._cancellation.check()
        layer = get_models_cache_dir()
        try:
            if model_status(model).state is ModelState.PRESENT and not staging_dir(layer, model).exists():
                return f"{model.title} is here already."
            layer.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, f"{layer} was read") from error

        def tell() -> None:
            progress.say(OTHER_PROCESS)
            progress.set_bytes(staged_bytes(layer, model))

        with model_lock(layer, model, self._cancellation, tell) as waited:
            try:
                state = model_status(model).state
                if state is ModelState.PRESENT:
                    _remove_staged(layer, model)
                    return f"{model.title} was installed by another process." if waited else f"{model.title} is here already."
                if state is ModelState.DAMAGED:
                    progress.say("Checking the files that are here")
                    if verify(model.id, self._manifest).state is ModelState.PRESENT:
                        return f"The files of {model.title} were here and are verified now."
            except OSError as error:
                raise from_os_error(error, f"{model.title} was read") from error
            if self._offline:
                raise kept_offline(model)
            ModelFetch(layer, model, self._policy, self._cancellation, progress, self._environment).run()
        return f"{model.title} is installed ({size_text(model.size)})."


def _remove_staged(layer: Path, model: Model) -> None:
    """What a process has left that was killed right after it had installed the model."""
    try:
        shutil.rmtree(staging_dir(layer, model))
    except FileNotFoundError:
        return
    except OSError:
        log.exception("what %s was put together from stays", model.title)


def _cancelled(model: Model) -> ModelDownloadEnded:
    message = "Cancelled; what has arrived is kept for the next time."
    return ModelDownloadEnded(model=ModelId(model.id), outcome=ModelDownloadOutcome.CANCELLED, message=message)
