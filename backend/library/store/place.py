"""Which files on the disk an open library is: a path alone may lead to another file, or to none, from one moment to the next."""

import logging
from pathlib import Path

from backend.library.store.errors import LibraryMoved

log = logging.getLogger(__name__)

_Identity = tuple[int, int]


class Place:
    """The database and its write-ahead log as they were when this was made, with a connection open. Thread-safe."""

    def __init__(self, database: Path) -> None:
        """Raises LibraryMoved when there is no such file, OSError."""
        self._files = [database, database.with_name(f"{database.name}-wal")]
        self._identities = [_identity(path) for path in self._files]
        if self._identities[0] is None:
            raise LibraryMoved(f"{database} is not there")

    def require(self) -> None:
        """Raises LibraryMoved. Costs two `stat`."""
        for path, before in zip(self._files, self._identities, strict=True):
            # While a connection is open SQLite neither deletes the log nor makes another.
            if before is None:
                continue
            try:
                now = _identity(path)
            except OSError as error:
                # Not to be seen is not moved: what is open goes on being written.
                log.warning("%s cannot be looked at: %s", path, error)
                continue
            if now != before:
                raise LibraryMoved(f"{path} is {'not there any more' if now is None else 'another file now'}")


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
