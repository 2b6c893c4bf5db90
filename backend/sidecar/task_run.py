"""A process for one task: a thread works, while the main one hears signals and learns of the parent's end."""

import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from backend.sidecar.lifetime import Lifetime

POLL = 0.1

T = TypeVar("T")


def run_task(work: Callable[[], T], lifetime: Lifetime, while_stopping: Callable[[float], None], *, with_parent: bool) -> T:
    """What `work` returns or raises. SIGTERM and SIGINT end the lifetime, and `with_parent` the end of a piped stdin too.

    From then on, until `work` ends, `while_stopping` is called again and again with the seconds since. Only from the main thread.
    """
    lifetime.watch_signals()
    if with_parent and _stdin_is_a_parent():
        lifetime.watch_stdin()
    # Not here: a signal is heard between two steps of Python, and one call of SQLite or of a socket may last for seconds.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="work") as pool:
        task = pool.submit(work)
        stopping_since: float | None = None
        while not wait([task], POLL).done:
            if lifetime.stopping.is_set():
                now = time.monotonic()
                stopping_since = stopping_since or now
                while_stopping(now - stopping_since)
        return task.result()


def _stdin_is_a_parent() -> bool:
    """A pipe or a socket; not a terminal, a file or /dev/null, whose end says nothing about a parent."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
