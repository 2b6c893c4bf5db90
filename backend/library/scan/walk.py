"""Every file of a folder, with what could not be read remembered rather than raised."""

import logging
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backend.library.scan.exclusions import is_excluded_name, is_hidden, is_junction
from backend.library.scan.kinds import kind_of, worker_of
from backend.library.store import SeenFile

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Walk:
    """One pass over `root`. `entries` counts all names met, excluded ones too.

    No symbolic link is followed: what one inside the root points to is met at its own place, and what lies outside was not added.
    `skipped` folders and files (relative, '/') could not be read, so nothing is known about what is below them.
    """

    root: Path
    excluded: Collection[Path] = ()
    entries: int = 0
    skipped: list[str] = field(default_factory=list)
    unnameable: int = 0
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def files(self) -> Iterator[SeenFile]:
        """Raises OSError if the root itself cannot be read."""
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self.root / folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if not folder:
                    raise
                self._skip(folder, error)
                continue
            for entry in found:
                self.entries += 1
                path = f"{folder}/{entry.name}" if folder else entry.name
                if is_excluded_name(entry.name) or not self._is_nameable(path):
                    continue
                try:
                    if entry.is_symlink():
                        continue
                    status = entry.stat(follow_symlinks=False)
                except OSError as error:
                    self._skip(path, error)
                    continue
                if is_hidden(status):
                    continue
                if stat.S_ISDIR(status.st_mode):
                    if not is_junction(status) and Path(entry.path) not in self.excluded and self._is_new(entry.path):
                        pending.append(path)
                elif stat.S_ISREG(status.st_mode):
                    kind = kind_of(entry.name)
                    yield SeenFile(path, kind, worker_of(kind), status.st_size, status.st_mtime_ns)

    def _is_new(self, folder: str) -> bool:
        # A bind mount can hold its own parent. DirEntry.stat() has no inode on Windows, so ask again.
        status = Path(folder).stat()
        identity = (status.st_dev, status.st_ino)
        if identity in self._visited:
            return False
        self._visited.add(identity)
        return True

    def _is_nameable(self, path: str) -> bool:
        try:
            path.encode("utf-8")
        except UnicodeEncodeError:
            self.unnameable += 1
            log.warning("skipped a name that is not valid Unicode: %r below %s", path, self.root)
            return False
        return True

    def _skip(self, path: str, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return
        log.warning("skipped %s below %s: %s", path, self.root, error)
        self.skipped.append(path)
