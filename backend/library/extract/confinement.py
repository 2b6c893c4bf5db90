"""What a process that reads files of strangers does to itself first: less memory, no core file, no life without its parent."""

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_MAX_REQUEST = 1 << 20


def confine(memory: int) -> None:
    """`memory`: bytes of address space, beyond which an allocation fails."""
    _limit_memory(memory)
    _end_with_parent()


def requests(descriptor: int = 0) -> Callable[[], bytes]:
    """What takes the next line of `descriptor`. At the end of file, or at a line without end, the process ends, whatever it is doing."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        with os.fdopen(descriptor, "rb", closefd=False) as source:
            while (line := source.readline(_MAX_REQUEST)).endswith(b"\n"):
                lines.put(line)
        # The parent is gone, also when this is in the middle of a file, or waits for somebody to read what it wrote.
        os._exit(0)

    Thread(target=read, name="requests", daemon=True).start()
    return lines.get


def take_over_stdout() -> int:
    """The descriptor of the pipe to the parent. Whatever a library prints goes to stderr."""
    sys.stdout.flush()
    pipe = os.dup(1)
    os.dup2(2, 1)
    return pipe


def _limit_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; the time limit still holds.
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(limit)
        try:
            resource.setrlimit(limit, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))
        except (ValueError, OSError) as error:
            # macOS refuses a limit below what is mapped already.
            log.info("no memory limit: %s", error)
    # A file that ends the process would otherwise leave gigabytes behind each time.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """Also where this process cannot notice the end of stdin: it is stopped, or a parser in C never lets another thread run."""
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        log.info("no signal at the parent's end: %s", os.strerror(ctypes.get_errno()))
