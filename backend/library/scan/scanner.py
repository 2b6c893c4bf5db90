"""Keeps all roots of a library equal to the disk, in the background."""

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from threading import Condition, Event, Thread
from typing import TypeVar

from backend.contract.events import ErrorEvent, ItemChanged, ItemRemoved, SidecarEvent
from backend.contract.library import Item, Problem
from backend.library.scan.scan import ScanStopped, scan
from backend.library.scan.watch import Watch
from backend.library.store import Library, LibraryLost, NotFound, storage_problem

log = logging.getLogger(__name__)

T = TypeVar("T")
Emit = Callable[[SidecarEvent], None]

# A scan of a large new folder is told by the library's summary; one event a file would only repeat it.
EVENTS_PER_SCAN = 500
RETRY_SECONDS = 5.0


class Scanner:
    """One scan at a time, in a thread of its own; a watch for each root. Emits ItemChanged, ItemRemoved and ErrorEvent.

    A scan that changes more than EVENTS_PER_SCAN items emits no more single ones: clients reload the list on LibraryChanged.
    """

    def __init__(self, library: Library, emit: Emit) -> None:
        self._library = library
        self._emit = emit
        self._changed = Condition()
        self._pending: dict[int, None] = {}
        self._watches: dict[int, Watch] = {}
        self._current: tuple[int, Event] | None = None
        self._stopping = False
        self._told: str | None = None
        self._thread = Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Scan and watch every root."""
        self._thread.start()
        self.sync()

    def sync(self) -> None:
        """Follow the library's roots: call it after a root was added, removed or restored. New ones are scanned."""
        wanted = {root.id: self._library.root_path(root.id) for root in self._library.roots()}
        with self._changed:
            if self._stopping:
                return
            ended = [self._watches.pop(root_id) for root_id in set(self._watches) - set(wanted)]
            started = [root_id for root_id in wanted if root_id not in self._watches]
            for root_id in started:
                self._watches[root_id] = Watch(wanted[root_id], partial(self.request, root_id))
            if self._current is not None and self._current[0] not in wanted:
                self._current[1].set()
        for watch in ended:
            watch.stop()
        for root_id in started:
            self.request(root_id)

    def request(self, root_id: int) -> None:
        """Scan a root soon. One that is being scanned is scanned once more afterwards."""
        with self._changed:
            self._pending[root_id] = None
            self._changed.notify()

    def stop(self) -> None:
        """Ends the present scan and all threads; returns when they are gone."""
        with self._changed:
            self._stopping = True
            if self._current is not None:
                self._current[1].set()
            self._changed.notify()
            watches = list(self._watches.values())
            self._watches.clear()
        for watch in watches:
            watch.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._pending)
                if self._stopping:
                    return
                root_id = next(iter(self._pending))
                del self._pending[root_id]
                stop = Event()
                self._current = (root_id, stop)
            try:
                self._scan(root_id, stop)
            finally:
                with self._changed:
                    self._current = None

    def _scan(self, root_id: int, stop: Event) -> None:
        events = _Events(self._emit)
        try:
            report = scan(self._library, root_id, on_changed=events.changed, on_removed=events.removed, stop=stop)
            log.info("scanned root %d: %s", root_id, report)
            self._told = None
        except (ScanStopped, NotFound, LibraryLost):
            log.info("scan of root %d ended early", root_id)
        except Exception as error:
            log.exception("scan of root %d failed", root_id)
            waits_for = storage_problem(error) if isinstance(error, sqlite3.Error) else None
            if waits_for is not None:
                self._scan_later(root_id, waits_for, stop)
                return
            self._emit(
                ErrorEvent(
                    problem=Problem(
                        code="scan-failed",
                        message="A folder could not be scanned to its end.",
                        next_step="Scan the folder again.",
                        detail=f"{type(error).__name__}: {error}",
                    )
                )
            )

    def _scan_later(self, root_id: int, problem: Problem, stop: Event) -> None:
        """A full disk, for one: each reason is said once, and the scan begins anew when it may be over."""
        if problem.code != self._told:
            self._emit(ErrorEvent(problem=problem))
            self._told = problem.code
        if not stop.wait(RETRY_SECONDS):
            self.request(root_id)


class _Events:
    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._left = EVENTS_PER_SCAN

    def changed(self, items: list[Item]) -> None:
        for item in self._take(items):
            self._emit(ItemChanged(item=item))

    def removed(self, item_ids: list[int]) -> None:
        for item_id in self._take(item_ids):
            self._emit(ItemRemoved(item_id=item_id))

    def _take(self, values: list[T]) -> list[T]:
        taken = values[: self._left]
        self._left -= len(taken)
        return taken
