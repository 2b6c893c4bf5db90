"""What has to be done now and then: purge removed folders, free what dead workers held, keep the list of folders beside the library."""

import logging
import sqlite3
from collections.abc import Callable
from threading import Event

from backend.contract.api import REMOVAL_GRACE
from backend.contract.events import ItemChanged
from backend.library.store import Library

log = logging.getLogger(__name__)

INTERVAL = 5.0


def keep_house(library: Library, emit: Callable[[ItemChanged], None], stopping: Event) -> None:
    """The body of a thread. What was removed before this start is purged at once."""
    grace = 0.0
    while not stopping.is_set():
        try:
            library.keep_folders()
            library.purge_removed(grace)
            for item in library.release_dead_owners():
                emit(ItemChanged(item=item))
            grace = REMOVAL_GRACE
        except sqlite3.Error:
            log.exception("housekeeping failed and will be tried again")
        stopping.wait(INTERVAL)
