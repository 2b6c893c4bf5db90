"""What each command of the downloader does with the models that were chosen. Each returns the exit code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.contract.events import ModelDownloadEnded, ModelDownloadOutcome
from backend.models.airgap.export_models import export_models
from backend.models.airgap.import_models import import_models
from backend.models.cancellation import Cancellation
from backend.models.download.download_models import Downloads
from backend.models.manifest import Manifest, Model
from backend.models.problems import size_text
from backend.models.registry import ModelState, ModelStatus, model_status, verify
from backend.models.removal import remove_model
from backend.models.report import Report

DONE, FAILED, CANCELLED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class Context:
    """What every command is given. `chosen` are the models named on the command line; empty means all."""

    manifest: Manifest
    report: Report
    chosen: tuple[Model, ...] = ()
    cancellation: Cancellation = field(default_factory=Cancellation)

    @property
    def models(self) -> Sequence[Model]:
        return self.chosen or self.manifest.models


def download(downloads: Downloads, models: Sequence[Model]) -> int:
    return _code(downloads.run(models))


def status(context: Context) -> int:
    """Prints state, size, licence and use of each model; 1 when one of them is not present."""
    return _tell(context, [model_status(model) for model in context.models])


def verify_all(context: Context) -> int:
    """Reads every byte of every model that is there; 1 when one of them is damaged."""
    states = []
    for model in context.models:
        context.cancellation.check()
        found = model_status(model)
        layer = found.location.layer if found.location else None
        states.append(verify(model.id, context.manifest, layer) if found.state is not ModelState.MISSING else found)
    _tell(context, states)
    return FAILED if any(state.state is ModelState.DAMAGED for state in states) else DONE


def import_from(context: Context, path: Path) -> int:
    return _code(import_models(path, context.manifest, context.report.emit, context.cancellation))


def export_to(context: Context, target: Path) -> int:
    """Without a choice every model that is present is exported."""
    models = context.chosen or tuple(model for model in context.manifest.models if model_status(model).location)
    size = export_models(models, target, context.cancellation, context.report.emit)
    context.report.line(f"{target}: {', '.join(model.title for model in models)} ({size_text(size)})")
    return DONE


def remove(context: Context) -> int:
    for model in context.chosen:
        removed = remove_model(model, context.cancellation)
        context.report.line(f"{model.title} is removed." if removed else f"{model.title} was not here.")
    return DONE


def _tell(context: Context, states: Sequence[ModelStatus]) -> int:
    for state in states:
        context.report.status(state)
    return DONE if all(state.state is ModelState.PRESENT for state in states) else FAILED


def _code(ended: Sequence[ModelDownloadEnded]) -> int:
    outcomes = {event.outcome for event in ended}
    if ModelDownloadOutcome.CANCELLED in outcomes:
        return CANCELLED
    return FAILED if ModelDownloadOutcome.FAILED in outcomes else DONE
