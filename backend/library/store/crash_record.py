"""Proof that a process was ended by a fault of its own: what `faulthandler` wrote into a file of `<data>/run/` as it ended.

A process that was killed, or lost its power, leaves an empty record. So a file that a process had in hand is blamed for crashes,
and not for ends that it had no part in.
"""

import faulthandler
import logging
import time
from pathlib import Path
from typing import IO, Self

from backend.library.store.owner import Owner

log = logging.getLogger(__name__)

FOLDER = "run"
_PREFIX, _SUFFIX = "crash-", ".txt"
_FATAL = "Fatal Python error"
_CURRENT = "Current thread"
# Where files are worked on: a fault in another thread of the process says nothing about the file in hand.
_WORKERS = ("indexer.py", "audio_worker.py")
OLD = 3600.0


class CrashRecord:
    """The record of this process; SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL are written into it from now on."""

    def __init__(self, path: Path, stream: IO[bytes] | None) -> None:
        self._path = path
        self._stream = stream

    @classmethod
    def begin(cls, data_dir: Path) -> Self:
        """Where no file can be made, a crash stays without proof."""
        path = _path(data_dir, Owner.of_process())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stream = path.open("wb")
        except OSError:
            log.exception("no crash record")
            return cls(path, None)
        faulthandler.enable(stream, all_threads=True)
        return cls(path, stream)

    def end(self) -> None:
        """The process ends in order."""
        if self._stream is None:
            return
        faulthandler.disable()
        self._stream.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            log.exception("the crash record stays, and says nothing")


def proves_crash(data_dir: Path, owner: Owner) -> bool:
    """Whether a process that is dead was ended by a fault in the thread that works on files."""
    try:
        text = _path(data_dir, owner).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False
    except OSError:
        log.exception("the crash record of %s cannot be read", owner)
        return False
    if _FATAL not in text:
        return False
    log.error("process %d crashed:\n%s", owner.pid, text[:4000])
    _, current, after = text.partition(_CURRENT)
    # Threads that Python does not know compute for one that it knows.
    return not current or any(worker in after.split("\n\n", 1)[0] for worker in _WORKERS)


def forget(data_dir: Path, owners: set[Owner]) -> None:
    """Remove the records of `owners`, and those of other dead processes that are old."""
    try:
        paths = list((data_dir / FOLDER).glob(f"{_PREFIX}*{_SUFFIX}"))
        used = {_path(data_dir, owner) for owner in owners}
        for path in paths:
            if path in used or (time.time() - path.stat().st_mtime > OLD and not _is_alive(path)):
                path.unlink(missing_ok=True)
    except OSError:
        log.exception("crash records stay")


def _path(data_dir: Path, owner: Owner) -> Path:
    return data_dir / FOLDER / f"{_PREFIX}{str(owner).replace('/', '_')}{_SUFFIX}"


def _is_alive(path: Path) -> bool:
    try:
        host, pid, started_at = path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX).rsplit("_", 2)
        return not Owner.parse(f"{host}/{pid}/{started_at}").is_dead()
    except ValueError:
        # A name that no process has, as a program that copies folders gives.
        return False
