"""Tells the whole summary of the library whenever anything in it changed, whoever changed it, at most four times a second."""

import logging
import sqlite3
from collections.abc import Callable
from threading import Event

from backend.contract.api import Unsearchable
from backend.contract.library import LibrarySummary
from backend.library.store import Library

log = logging.getLogger(__name__)

INTERVAL = 0.25


class SummaryPublisher:
    """`run` is the body of a thread."""

    def __init__(self, library: Library, publish: Callable[[LibrarySummary], None]) -> None:
        self._library = library
        self._publish = publish
        self._latest: LibrarySummary | None = None

    @property
    def latest(self) -> LibrarySummary:
        """At most a quarter of a second old, and free of charge while `run` does."""
        return self._latest or self._library.summary()

    def unsearchable(self) -> Unsearchable:
        queue = self.latest.queue
        return Unsearchable(waiting=queue.waiting + queue.working, waiting_for=queue.waiting_for, failed=queue.failed)

    def run(self, stopping: Event) -> None:
        seen: int | None = None
        while not stopping.wait(INTERVAL):
            try:
                version = self._library.data_version()
                if version == seen:
                    continue
                summary = self._library.summary()
            except sqlite3.Error:
                log.exception("the library's summary cannot be read")
                continue
            seen = version
            if summary != self._latest:
                self._latest = summary
                self._publish(summary)
