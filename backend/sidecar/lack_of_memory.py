"""Whether an error says that there was no memory left. Libraries have many words for it."""

import errno
import re

_WORDS = re.compile(
    r"cannot allocate memory|can't allocate memory|unable to allocate|not enough memory|bad_alloc|out of memory"
    r"|failed to map segment from shared object|can't start new thread",
    re.IGNORECASE,
)


def lacked_memory(error: BaseException) -> bool:
    """Also when it is only the cause of `error`."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or (isinstance(seen, OSError) and seen.errno == errno.ENOMEM) or _WORDS.search(str(seen)):
            return True
        seen = seen.__cause__
    return False
