"""Opening the library at the start of a sidecar: a disk that is full, or not there yet, is waited for and not a reason to end."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from backend.contract.events import ErrorEvent
from backend.library.store import Library, LibraryError, LibraryLost, storage_problem
from backend.sidecar.lifetime import Lifetime

log = logging.getLogger(__name__)

RETRY_SECONDS = 3.0


def open_when_usable(
    data_dir: Path, emit: Callable[[ErrorEvent], None], lifetime: Lifetime, on_lost: Callable[[LibraryLost], None]
) -> Library | None:
    """The library, as soon as its disk and folder allow it; each reason to wait is told once. None when the process is to end before.

    Raises LibraryError, which another try would meet again.
    """
    told: str | None = None
    while True:
        try:
            return Library.open(data_dir, on_lost)
        except LibraryError:
            raise
        except (OSError, sqlite3.Error) as error:
            problem = storage_problem(error)
            if problem is None:
                raise
            if problem.code != told:
                log.warning("the library cannot be opened yet", exc_info=True)
                emit(ErrorEvent(problem=problem))
                told = problem.code
        if lifetime.wait(RETRY_SECONDS):
            return None
