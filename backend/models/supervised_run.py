"""Runs work in a thread while the main one listens: a signal or the end of the parent cancels it."""

import os
import stat
import sys
import threading
from collections.abc import Callable

from backend.models.cancellation import Cancellation
from backend.sidecar.lifetime import Lifetime

GRACE = 2.0
STOP_DEADLINE = 10.0
POLL = 0.1


def run_cancellable(work: Callable[[], int], cancellation: Cancellation, abandon: Callable[[], None], *, with_parent: bool) -> int:
    """What `work` returns. SIGTERM and SIGINT request the cancellation, and `with_parent` the end of a piped stdin too.

    Work that does not stop within two seconds is given up: `abandon` is called and the process ends with code 130.
    """
    lifetime = Lifetime(STOP_DEADLINE)
    lifetime.on_stop(cancellation.request)
    lifetime.watch_signals()
    if with_parent and stdin_is_a_parent():
        lifetime.watch_stdin()
    codes: list[int] = []
    worker = threading.Thread(target=lambda: codes.append(work()), name="work", daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(POLL)
        if cancellation.requested:
            worker.join(GRACE)
            if worker.is_alive():
                abandon()
                sys.stderr.flush()
                os._exit(130)
    return codes[0] if codes else 1


def stdin_is_a_parent() -> bool:
    """A pipe or a socket; not a terminal, a file or /dev/null, whose end says nothing about a parent."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
