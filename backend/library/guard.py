"""A sidecar whose library is damaged, or was moved away under it, says so once and ends in order."""

import logging
import threading
from collections.abc import Callable

from backend.contract.events import ErrorEvent
from backend.library.store import Library, LibraryError
from backend.sidecar.lifetime import Lifetime

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


class LibraryGuard:
    """Thread-safe. `lost` is given to `Library.open`, or called with what that raised."""

    def __init__(self, emit: Callable[[ErrorEvent], None], lifetime: Lifetime) -> None:
        self._emit = emit
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._found: LibraryError | None = None

    @property
    def exit_code(self) -> int:
        return 0 if self._found is None else 1

    def lost(self, error: LibraryError) -> None:
        """The process ends for this reason: a new start of it alone would meet the same."""
        with self._lock:
            if self._found is not None:
                return
            self._found = error
        log.error("%s: %s", error.problem.code, error.problem.detail)
        self._emit(ErrorEvent(problem=error.problem, final=True))
        self._lifetime.request_stop(error.problem.code)

    def watch(self, library: Library) -> None:
        """Look every few seconds whether the database is where it was, in a thread of its own."""
        threading.Thread(target=self._watch, args=(library,), name="library", daemon=True).start()

    def _watch(self, library: Library) -> None:
        while not self._lifetime.wait(LOOK_SECONDS):
            try:
                library.require_in_place()
            except LibraryError:
                # `lost` was called with it.
                return
