"""Tells a person at a terminal how a task goes and how it ended."""

import sys
from typing import Protocol

from backend.contract.events import CareOutcome, CareTask, LibraryCareEnded, LibraryCareProgress
from backend.contract.library import Contract

_NOTHING = {CareTask.RECOVER: "The library is well: there is nothing to recover."}
_CANCELLED = "Cancelled. Everything is as it was."


class Report(Protocol):
    """Where events go: to a person, or as lines to the program that started us. Thread-safe."""

    def emit(self, event: Contract) -> None: ...


class TextReport:
    """Sentences on stdout, reasons for a failure on stderr; progress only where it can be overwritten."""

    def __init__(self) -> None:
        self._shows_progress = sys.stderr.isatty()

    def emit(self, event: Contract) -> None:
        if isinstance(event, LibraryCareProgress) and self._shows_progress:
            share = "" if not event.total else f" {100 * event.done // event.total} %"
            sys.stderr.write(f"\r\x1b[K{event.task.capitalize()}{share}")
            sys.stderr.flush()
        elif isinstance(event, LibraryCareEnded):
            if self._shows_progress:
                sys.stderr.write("\r\x1b[K")
            stream = sys.stderr if event.outcome in (CareOutcome.FAILED, CareOutcome.CANCELLED) else sys.stdout
            stream.write("".join(f"{sentence}\n" for sentence in sentences(event)))
            stream.flush()


def sentences(event: LibraryCareEnded) -> list[str]:
    folders = "1 folder" if event.folders == 1 else f"{event.folders} folders"
    match event.outcome, event.task:
        case CareOutcome.CANCELLED, _:
            said = [_CANCELLED]
        case CareOutcome.NOTHING_TO_DO, task:
            said = [_NOTHING.get(task, "There is nothing to do.")]
        case CareOutcome.DONE, CareTask.BACKUP:
            said = [f"The library with its {folders} is backed up in {event.file}."]
        case CareOutcome.DONE, CareTask.RESTORE:
            said = [f"The library is restored, with {folders}."]
            if event.file is not None:
                said.append(f"The former one is kept in {event.file}.")
        case _:
            said = []
    if event.problem is not None:
        said += [part for part in (event.problem.message, event.problem.next_step, event.problem.detail) if part]
        if event.file is not None:
            said.append(f"Kept in {event.file}.")
    return said
