"""The sending half of the line protocol: one JSON event a line on the process's original stdout."""

import logging
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from backend.contract.library import Contract

log = logging.getLogger(__name__)


class LineEmitter:
    """Writes events to a file descriptor, a whole line at a time, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._broken = False

    @classmethod
    def take_over_stdout(cls) -> Self:
        """Keep stdout for the protocol and send whatever else is printed, by Python or by a C library, to stderr.

        To be called before the program opens anything: what it has beyond its standard streams is not its own.
        """
        sys.stdout.flush()
        _close_inherited()
        descriptor = os.dup(1)
        os.set_inheritable(descriptor, False)
        os.dup2(2, 1)
        return cls(descriptor)

    def emit(self, event: Contract) -> None:
        """Send one event. Once the reader is gone this does nothing: end of file on stdin ends the process."""
        line = event.model_dump_json().encode() + b"\n"
        with self._lock:
            if self._broken:
                return
            try:
                self._write(line)
            except OSError as error:
                self._broken = True
                log.warning("nobody reads stdout any more: %s", error)

    def _write(self, line: bytes) -> None:
        view = memoryview(line)
        while view:
            view = view[os.write(self._descriptor, view) :]


def _close_inherited() -> None:
    """Chromium's sockets, files and locks: Electron's children get them all, and would keep them open after Electron's own end."""
    if os.name != "posix":
        return
    # Those that there are: the highest that there may be is a thousand millions on some systems, and no number on others.
    for descriptor in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if descriptor > 2:
            with suppress(OSError):  # The listing's own, which is closed already.
                os.close(descriptor)
