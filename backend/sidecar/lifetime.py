"""When a sidecar ends: its parent is gone (end of file on stdin), it was told to, or a signal came."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from pydantic import ValidationError

from backend.contract.events import Shutdown, sidecar_command

log = logging.getLogger(__name__)

STOP_DEADLINE = 4.0
# Nobody is there any more to wait for a process, or to end it: five seconds after its parent it is gone.
ORPHAN_DEADLINE = 3.0
# What the kernel gives on top where no thread gets its turn to end the process.
KERNEL_GRACE = 0.5
MAX_COMMAND = 64 * 1024


class Lifetime:
    """Lasts until the first `request_stop`. Work polls `stopping` or waits on it."""

    def __init__(self, deadline: float = STOP_DEADLINE) -> None:
        """`deadline`: seconds from the request to stop until the process ends by force with exit code 1."""
        self.stopping = threading.Event()
        self.reason = ""
        self._deadline = deadline
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._bad_lines = 0

    def request_stop(self, reason: str, deadline: float | None = None) -> None:
        """Begin to stop; later calls change nothing. Safe from any thread and from a signal handler's thread.

        `deadline`: seconds, where there are fewer than this lifetime's own.
        """
        with self._lock:
            if self.stopping.is_set():
                return
            self.reason = reason
            # First of all: whoever is woken may never let this thread go on.
            self._arm_deadline(self._deadline if deadline is None else min(deadline, self._deadline))
            self.stopping.set()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when stopping begins, at once if it already has."""
        with self._lock:
            if not self.stopping.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep up to `timeout` seconds; True as soon as the process is to stop."""
        return self.stopping.wait(timeout)

    def watch_stdin(self, descriptor: int = 0) -> None:
        """Read commands from stdin in a thread of its own until its end, which means that the parent is gone."""
        threading.Thread(target=self._read_commands, args=(descriptor,), name="stdin", daemon=True).start()

    def watch_signals(self) -> None:
        """Stop in order on SIGTERM and SIGINT. Only from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # Not here: the handler interrupts the main thread, which may hold the lock that request_stop takes.
        name = signal.Signals(number).name
        threading.Thread(target=self.request_stop, args=(name,), name="signal", daemon=True).start()

    def _read_commands(self, descriptor: int) -> None:
        # os.read and not sys.stdin: a thread blocked in a buffered reader makes the interpreter's own exit fail.
        pending = b""
        too_long = False
        while True:
            try:
                chunk = os.read(descriptor, 4096)
            except OSError as error:
                log.warning("stdin cannot be read: %s", error)
                chunk = b""
            if not chunk:
                self.request_stop("stdin closed", ORPHAN_DEADLINE)
                return
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                # What is left of a line that was too long is no command of its own.
                if not too_long:
                    self._handle(line)
                too_long = False
            if len(pending) > MAX_COMMAND:
                if not too_long:
                    self._reject("a command longer than the limit")
                too_long = True
                pending = b""

    def _handle(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            command = sidecar_command.validate_json(line)
        except ValidationError as error:
            self._reject(str(error))
            return
        match command:
            case Shutdown():
                self.request_stop("shutdown")

    def _reject(self, why: str) -> None:
        self._bad_lines += 1
        log.warning("bad line %d on stdin ignored: %s", self._bad_lines, why)

    def _arm_deadline(self, seconds: float) -> None:
        def end() -> None:
            log.error("not stopped after %.1f s, ending by force", seconds)
            os._exit(1)

        if sys.platform != "win32":
            # A library that holds the interpreter, as while it loads its own libraries from a slow disk, lets no thread act.
            signal.setitimer(signal.ITIMER_REAL, seconds + KERNEL_GRACE)
        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
