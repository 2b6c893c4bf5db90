"""The parent's side of a process that reads files of strangers: it can be killed, and whatever it writes is bounded."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Generic, TypeVar

from backend.library.extract import problems

log = logging.getLogger(__name__)

T = TypeVar("T")

TICK = 0.1
# What one file may write into the log.
LOG_LINES = 40
LOG_LINE = 500
_CHECKOUT = Path(__file__).resolve().parents[3]
# An installed app's Python takes modules from nowhere else and writes no byte code; its children neither.
_FLAGS = ["-I", "-B", "-X", "utf8"] if sys.flags.isolated else []
# Linux ends a child that asked for it with the *thread* that started it, so this one lives as long as the process does.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="start readers")


class ReaderEnded(Exception):
    """The process ended, or wrote what is no answer. The text says how, for "More"."""


class ReaderNotStarted(Exception):
    """There is no memory or no place for another process. No OSError, as those tell something of the file."""

    def __init__(self, error: OSError) -> None:
        self.problem = problems.reader_not_started(error)
        super().__init__(f"{self.problem.message} {error}")


class Unwanted(Exception):
    """The caller no longer wants the answer."""


class ReaderProcess(Generic[T]):
    """`python -m module`. One thread asks and receives; any thread may `end`."""

    def __init__(self, module: str, read_answer: Callable[[IO[bytes]], T | None], ahead: int = 1) -> None:
        """`read_answer` takes one answer from the pipe, None at its end; ValueError or EOFError for what is no answer.

        `ahead`: answers that may wait here; more wait in the process, which stands still meanwhile. Raises ReaderNotStarted.
        """
        self.asked = 0
        self._read_answer = read_answer
        self._answers: Queue[T | ReaderEnded] = Queue(maxsize=ahead)
        self._log_lines = 0
        self._is_silent = False
        try:
            process = _starter.submit(_start, module).result()
        except OSError as error:
            raise ReaderNotStarted(error) from error
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise RuntimeError("the child has no pipes")
        self._process = process
        self._requests = process.stdin
        self._threads = (
            Thread(target=self._take_answers, args=(process.stdout,), name=f"answers of {module}", daemon=True),
            Thread(target=self._take_log, args=(process.stderr,), name=f"log of {module}", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        # In this order: `poll` does not know while another thread, which has heard of the end before, waits for it.
        return self._process.poll() is None and not self._is_silent

    def ask(self, request: str) -> None:
        """Send one line. Raises ReaderEnded."""
        self.asked += 1
        self._log_lines = 0
        try:
            self._requests.write(request.encode() + b"\n")
            self._requests.flush()
        except OSError as error:
            raise ReaderEnded(self._how_it_ended()) from error

    def receive(self, seconds: float, wanted: Callable[[], bool]) -> T:
        """The next answer. Raises ReaderEnded, TimeoutError after `seconds` of waiting here, Unwanted when `wanted` says no."""
        waited = 0.0
        while True:
            before = time.monotonic()
            try:
                answer = self._answers.get(timeout=TICK)
            except Empty:
                # A machine that slept, or a parent that was stopped, is nobody's silence.
                waited += min(time.monotonic() - before, 2 * TICK)
                if not wanted():
                    raise Unwanted from None
                if waited > seconds:
                    raise TimeoutError from None
                continue
            if isinstance(answer, ReaderEnded):
                # Asked again, it says so again.
                self._answers.put(answer)
                raise answer
            return answer

    def end(self) -> None:
        """Kill it; returns when nothing of it is left."""
        self._process.kill()
        self._process.wait()
        while any(thread.is_alive() for thread in self._threads):
            # Whoever waits to put an answer down must be let go.
            while not self._answers.empty():
                self._answers.get_nowait()
            for thread in self._threads:
                thread.join(TICK / 10)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError as error:
                    log.debug("pipe of an ended child: %s", error)

    def _take_answers(self, pipe: IO[bytes]) -> None:
        try:
            while (answer := self._read_answer(pipe)) is not None:
                self._answers.put(answer)
        except EOFError as error:
            log.info("%d: ended in the middle of an answer: %s", self.pid, error)
            self._answers.put(ReaderEnded(self._how_it_ended()))
        except (ValueError, OSError) as error:
            self._process.kill()
            self._answers.put(ReaderEnded(f"wrote what is no answer: {error}"[:LOG_LINE]))
        else:
            self._answers.put(ReaderEnded(self._how_it_ended()))

    def _take_log(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(LOG_LINE):
            self._log_lines += 1
            if self._log_lines <= LOG_LINES:
                log.info("%d: %s", self.pid, line.decode("utf-8", "replace").rstrip())
            elif self._log_lines == LOG_LINES + 1:
                log.info("%d: says more than is kept", self.pid)

    def _how_it_ended(self) -> str:
        self._is_silent = True
        try:
            return f"exit status {self._process.wait(timeout=2)}"
        except subprocess.TimeoutExpired:
            self._process.kill()
            return "closed its output"


def _start(module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *_FLAGS, "-m", module],
        cwd=_CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
