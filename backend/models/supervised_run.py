"""A run of the downloader: a signal or the end of the parent cancels it, and what does not notice is given up."""

import os
import sys
from collections.abc import Callable

from backend.models.cancellation import Cancellation
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.task_run import run_task

GRACE = 2.0
STOP_DEADLINE = 10.0


def run_cancellable(work: Callable[[], int], cancellation: Cancellation, abandon: Callable[[], None], *, with_parent: bool) -> int:
    """What `work` returns. SIGTERM and SIGINT request the cancellation, and `with_parent` the end of a piped stdin too.

    Work that does not stop within two seconds is given up: `abandon` is called and the process ends with code 130.
    """

    def give_up(seconds: float) -> None:
        if seconds >= GRACE:
            abandon()
            sys.stderr.flush()
            os._exit(130)

    lifetime = Lifetime(STOP_DEADLINE)
    lifetime.on_stop(cancellation.request)
    return run_task(work, lifetime, give_up, with_parent=with_parent)
