"""Keeps a job's lease while it is worked on, and says when the work must stop: the person paused, the lease was lost, the process ends."""

import logging
import sqlite3
import threading
import time
from enum import StrEnum
from typing import Self

from backend.library.store import LEASE_SECONDS, Job, Library
from backend.sidecar.lifetime import Lifetime

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
RENEW_SECONDS = LEASE_SECONDS / 4


class Interruption(StrEnum):
    PAUSED = "paused"
    LEASE_LOST = "lease-lost"
    STOPPING = "stopping"


class JobWatch:
    """A thread for the time of one job, because a window may take longer than a lease on a busy machine."""

    def __init__(self, library: Library, job: Job, lifetime: Lifetime) -> None:
        self._library = library
        self._job = job
        self._lifetime = lifetime
        self._found: Interruption | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lease", daemon=True)

    @property
    def interruption(self) -> Interruption | None:
        """Why to stop, or None. Cheap."""
        return Interruption.STOPPING if self._lifetime.stopping.is_set() else self._found

    def should_stop(self) -> bool:
        return self.interruption is not None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        renewed = time.monotonic()
        while not self._done.wait(POLL_SECONDS):
            try:
                if self._library.paused():
                    self._found = Interruption.PAUSED
                    return
                if time.monotonic() - renewed >= RENEW_SECONDS:
                    renewed = time.monotonic()
                    if not self._library.renew(self._job):
                        self._found = Interruption.LEASE_LOST
                        return
            except sqlite3.Error:
                # A busy or full disk: the lease outlasts three missed renewals, and `finish` checks it in the end.
                log.exception("the lease of item %d could not be looked after", self._job.item_id)
