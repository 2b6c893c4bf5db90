"""The parent's side of extraction: one child at a time, ended when a file takes too long or the work is no longer wanted."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, Literal, Self

from backend.contract.library import ItemKind, Problem
from backend.library.extract import problems
from backend.library.extract.protocol import Request, Response, unopened
from backend.library.store.results import IndexResult
from backend.library.store.rows import extension_of

log = logging.getLogger(__name__)

BASE_SECONDS = 60.0
SECONDS_PER_MEGABYTE = 2.0
TICK = 0.2
# Parsers leak a little, and a new child costs less than a second.
FILES_PER_CHILD = 500
_BACKEND = Path(__file__).resolve().parents[2]
# An installed app's Python takes modules from nowhere else and writes no byte code; its children neither.
_FLAGS = ["-I", "-B", "-X", "utf8"] if sys.flags.isolated else []


class Abandoned(Exception):
    """The caller no longer wants the result; the child was ended."""


class ExtractionFailed(Exception):
    """The file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Extractor:
    """Thread-safe; one file at a time. The child is started when it is needed first."""

    def __init__(self, seconds: Callable[[int], float] | None = None) -> None:
        """`seconds`: time limit of a file by its size in bytes."""
        self._seconds = seconds or (lambda size: BASE_SECONDS + SECONDS_PER_MEGABYTE * (size >> 20))
        self._lock = Lock()
        self._child: _Child | None = None

    def extract(self, path: Path, kind: ItemKind, thumbnail: Path, wanted: Callable[[], bool] = lambda: True) -> IndexResult:
        """Read a document or image; an image's thumbnail is written to `thumbnail`.

        `wanted` is asked every TICK seconds. Raises ExtractionFailed, Abandoned; FileNotFoundError when the file is not there.
        """
        response = self._ask("extract", path, kind, thumbnail, wanted)
        if response.vanished:
            raise FileNotFoundError(path)
        if response.problem is not None:
            raise ExtractionFailed(response.problem)
        if response.result is None:
            raise ExtractionFailed(problems.ended_reader(f"answered {response!r}"))
        return response.result

    def make_thumbnail(self, path: Path, kind: ItemKind, thumbnail: Path) -> bool:
        """Thumbnail of an image or video; False when there is none to make."""
        if kind not in (ItemKind.IMAGE, ItemKind.VIDEO):
            return False
        response = self._ask("thumbnail", path, kind, thumbnail, lambda: True)
        if response.problem is not None:
            log.info("no thumbnail of %s: %s", path, response.problem.message)
        return bool(response.made)

    def close(self) -> None:
        with self._lock:
            self._end_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, task: Literal["extract", "thumbnail"], path: Path, kind: ItemKind, thumbnail: Path, wanted: Callable[[], bool]
    ) -> Response:
        try:
            seconds = self._seconds(path.stat().st_size)
        except OSError as error:
            return unopened(error)
        request = Request(
            task=task, path=path, kind=kind, extension=extension_of(path.name), thumbnail=thumbnail, limit=seconds + 2 * TICK + 5.0
        )
        with self._lock:
            child = self._child
            if child is None or child.served >= FILES_PER_CHILD or not child.is_alive():
                self._end_child()
                child = self._child = _Child()
            try:
                return child.ask(request, seconds, wanted)
            except TimeoutError:
                self._end_child()
                return Response(problem=problems.took_too_long(seconds))
            except _ChildEnded as error:
                self._end_child()
                return Response(problem=problems.ended_reader(str(error)))
            except BaseException:
                # Abandoned, or `wanted` itself failed: whatever the child answers later belongs to nobody.
                self._end_child()
                raise

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _ChildEnded(Exception):
    """It ended in the middle of a file; the text says how."""


class _Child:
    def __init__(self) -> None:
        self.served = 0
        self._process = subprocess.Popen(
            [sys.executable, *_FLAGS, "-m", "backend.library.extract.child"],
            cwd=_BACKEND.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the child has no pipes")
        self._requests = self._process.stdin
        # None: the child's end.
        self._responses: SimpleQueue[str | None] = SimpleQueue()
        self._reader = Thread(target=self._read, args=(self._process.stdout,), name="extract responses", daemon=True)
        self._reader.start()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, seconds: float, wanted: Callable[[], bool]) -> Response:
        """Raises TimeoutError, Abandoned, _ChildEnded."""
        self.served += 1
        try:
            self._requests.write(request.model_dump_json() + "\n")
            self._requests.flush()
        except OSError as error:
            raise _ChildEnded(self._how_it_ended()) from error
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._responses.get(timeout=TICK)
            except Empty:
                if not wanted():
                    raise Abandoned() from None
                if time.monotonic() > deadline:
                    raise TimeoutError from None
                continue
            if line is None:
                raise _ChildEnded(self._how_it_ended())
            return Response.model_validate_json(line)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError as error:
                    log.debug("pipe of an ended child: %s", error)

    def _read(self, source: IO[str]) -> None:
        try:
            for line in source:
                self._responses.put(line)
        finally:
            self._responses.put(None)

    def _how_it_ended(self) -> str:
        try:
            return f"exit status {self._process.wait(timeout=5)}"
        except subprocess.TimeoutExpired:
            return "closed its output"
