"""Tells a person at a terminal, or the program that started us, what happens."""

import sys
from typing import Protocol, TextIO

from backend.contract.events import (
    ErrorEvent,
    ModelDownloadEnded,
    ModelDownloadOutcome,
    ModelDownloadProgress,
    ModelExportProgress,
    ModelStatusEvent,
)
from backend.contract.events import ModelState as ContractState
from backend.contract.library import Contract, ModelId, Problem
from backend.models.manifest import Manifest
from backend.models.problems import size_text
from backend.models.registry import ModelState, ModelStatus
from backend.models.staged import staged_bytes
from backend.processing.config import get_bundled_models_dir, get_models_cache_dir
from backend.sidecar.lines import LineEmitter


def status_event(status: ModelStatus) -> ModelStatusEvent:
    """What a Models page shows of one model."""
    model, location = status.model, status.location
    return ModelStatusEvent(
        model=ModelId(model.id),
        title=model.title,
        state=ContractState(status.state.value),
        size=model.size,
        licence=model.licence,
        enables=model.enables,
        homepage=model.homepage,
        required=model.required,
        bundled=location is not None and location.layer == get_bundled_models_dir(),
        partial=_partial(status),
        problem=status.problem,
    )


def _partial(status: ModelStatus) -> int:
    return 0 if status.state is ModelState.PRESENT else staged_bytes(get_models_cache_dir(), status.model)


class Report(Protocol):
    """Where events go."""

    def emit(self, event: Contract) -> None: ...

    def status(self, status: ModelStatus) -> None: ...

    def line(self, text: str) -> None: ...


class JsonReport:
    """Each event as one JSON line on the process's own stdout."""

    def __init__(self) -> None:
        self._lines = LineEmitter.take_over_stdout()

    def emit(self, event: Contract) -> None:
        self._lines.emit(event)

    def status(self, status: ModelStatus) -> None:
        self.emit(status_event(status))

    def line(self, text: str) -> None:
        """Sentences are for people; stdout belongs to the protocol."""
        sys.stderr.write(f"{text}\n")


class TextReport:
    """A line for each model, rewritten in place on a terminal; elsewhere a line whenever the sentence changes."""

    def __init__(self, manifest: Manifest, stream: TextIO | None = None) -> None:
        self._titles = {model.id: model.title for model in manifest.models}
        self._stream = stream or sys.stdout
        self._last = ""
        self._width = 0

    def emit(self, event: Contract) -> None:
        match event:
            case ModelDownloadProgress():
                self._progress(event)
            case ModelExportProgress() if self._stream.isatty():
                self._rewrite(f"Writing, {100 * event.bytes / event.total:.0f} % of {size_text(event.total)}")
            case ModelDownloadEnded(outcome=ModelDownloadOutcome.FAILED, problem=Problem() as problem):
                self._finish(f"{self._titles[event.model]}: {problem.message}")
                self.line(f"  {problem.next_step}")
                if problem.detail:
                    self.line(f"  ({problem.detail})")
            case ModelDownloadEnded():
                self._finish(event.message)
            case ErrorEvent(problem=problem):
                self._finish(problem.message)
                self.line(f"  {problem.next_step}")

    def status(self, status: ModelStatus) -> None:
        model, location = status.model, status.location
        where = f" ({location.edition}, {location.layer})" if location else f" ({status.problem})" if status.problem else ""
        self.line(f"{model.title} [{model.id}]: {status.state.value}{where}")
        self.line(f"  {model.enables}. {size_text(model.size)}, {model.licence}, {model.homepage}")
        if partial := _partial(status):
            self.line(f"  {size_text(partial)} of an interrupted download are here; the next one goes on from them.")

    def line(self, text: str) -> None:
        if self._width:
            self._rewrite(text)
            text, self._width = "", 0
        print(text, file=self._stream, flush=True)

    def _progress(self, event: ModelDownloadProgress) -> None:
        title = self._titles[event.model]
        if not self._stream.isatty():
            if event.message != self._last:
                self._last = event.message
                self.line(f"{title}: {event.message}")
            return
        parts = [f"{title}: {event.message}"]
        if event.progress is not None and event.total:
            parts.append(f"{event.progress:.0f} % of {size_text(event.total)}")
        if event.rate is not None:
            parts.append(f"{size_text(round(event.rate))}/s")
        if event.seconds_left is not None:
            parts.append(f"{event.seconds_left:.0f} s left")
        self._rewrite(", ".join(parts))

    def _rewrite(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)

    def _finish(self, text: str) -> None:
        self.line(text)
        self._last = ""
