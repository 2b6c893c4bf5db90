"""Whether an error says that there was no memory left. Libraries have many words for it."""

import errno
import re
import time

_WORDS = re.compile(
    r"cannot allocate memory|can't allocate memory|unable to allocate|not enough memory|bad_alloc|out of memory"
    r"|failed to map segment from shared object|can't start new thread"
    # oneDNN in TensorFlow: its status 1 is dnnl_out_of_memory.
    r"|Status: 1, message: could not",
    re.IGNORECASE,
)


# Other programs give memory back, sooner or later.
FIRST_WAIT = 20.0
LONGEST_WAIT = 3600.0


class MemoryWait:
    """When to try again what failed for lack of memory: after twenty seconds, and each time after twice as long, up to an hour."""

    def __init__(self, first: float = FIRST_WAIT) -> None:
        self._next = first
        self._due: float | None = None

    @property
    def is_over(self) -> bool:
        """False also when the last failure was none for lack of memory."""
        return self._due is not None and time.monotonic() >= self._due

    def begin(self, error: BaseException) -> bool:
        """After a failed try; False when more memory would not have helped."""
        if not lacked_memory(error):
            self._due = None
            return False
        self._due = time.monotonic() + self._next
        self._next = min(self._next * 2, LONGEST_WAIT)
        return True

    @property
    def seconds(self) -> float:
        """Until it is over."""
        return 0.0 if self._due is None else max(0.0, self._due - time.monotonic())


def lacked_memory(error: BaseException) -> bool:
    """Also when it is only the cause of `error`."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or (isinstance(seen, OSError) and seen.errno == errno.ENOMEM) or _WORDS.search(str(seen)):
            return True
        seen = seen.__cause__
    return False
