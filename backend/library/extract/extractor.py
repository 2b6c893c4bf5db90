"""The parent's side of extraction: one child at a time, ended when a file takes too long or the work is no longer wanted."""

import logging
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Literal, Self

from backend.contract.library import ItemKind, Problem
from backend.library.extract import problems
from backend.library.extract.protocol import Request, Response, read_response, unopened
from backend.library.extract.reader_pool import ReaderPool
from backend.library.extract.reader_process import ReaderEnded, ReaderNotStarted, Unwanted
from backend.library.store.results import IndexResult
from backend.library.store.rows import extension_of

log = logging.getLogger(__name__)

BASE_SECONDS = 60.0
SECONDS_PER_MEGABYTE = 2.0
# One frame or picture, however large the file; the window, or a recording to be heard, waits for it.
THUMBNAIL_SECONDS = 20.0
# The child ends itself a little later than its parent would end it.
_GRACE = 5.0


class Abandoned(Exception):
    """The caller no longer wants the result; the child was ended."""


class ExtractionFailed(Exception):
    """The file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class ReaderCrashed(ExtractionFailed):
    """The process that read the file ended. That may be the file's doing, or the system's, as where memory ran out."""


class Extractor:
    """Thread-safe; one file at a time. The child is started when it is needed first."""

    def __init__(self, seconds: Callable[[int], float] | None = None) -> None:
        """`seconds`: time limit of a file by its size in bytes. A thumbnail never has more than THUMBNAIL_SECONDS."""
        self._seconds = seconds or (lambda size: BASE_SECONDS + SECONDS_PER_MEGABYTE * (size >> 20))
        self._lock = Lock()
        self._children = ReaderPool("backend.library.extract.child", read_response)

    def extract(self, path: Path, kind: ItemKind, thumbnail: Path, wanted: Callable[[], bool] = lambda: True) -> IndexResult:
        """Read a document or image; an image's thumbnail is written to `thumbnail`.

        `wanted` is asked every TICK seconds. Raises ExtractionFailed, ReaderCrashed, ReaderNotStarted, Abandoned; FileNotFoundError when
        the file is not there.
        """
        response = self._ask("extract", path, kind, thumbnail, wanted)
        if response.vanished:
            raise FileNotFoundError(path)
        if response.problem is not None:
            raise ExtractionFailed(response.problem)
        if response.result is None:
            raise ReaderCrashed(problems.ended_reader(f"answered {response!r}"))
        return response.result

    def make_thumbnail(self, path: Path, kind: ItemKind, thumbnail: Path, wanted: Callable[[], bool] = lambda: True) -> bool:
        """Thumbnail of an image or video; False when there is none to make. Raises Abandoned."""
        if kind not in (ItemKind.IMAGE, ItemKind.VIDEO):
            return False
        try:
            response = self._ask("thumbnail", path, kind, thumbnail, wanted)
        except (ReaderCrashed, ReaderNotStarted) as error:
            response = Response(problem=error.problem)
        if response.problem is not None:
            log.info("no thumbnail of %s: %s", path, response.problem.message)
        return bool(response.made)

    def close(self) -> None:
        with self._lock:
            self._children.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, task: Literal["extract", "thumbnail"], path: Path, kind: ItemKind, thumbnail: Path, wanted: Callable[[], bool]
    ) -> Response:
        try:
            status = path.stat()
        except OSError as error:
            return unopened(error)
        if not stat.S_ISREG(status.st_mode):
            # A pipe would be waited for, a device read without an end.
            return Response(problem=problems.cannot_open(OSError(f"{path} is no file")))
        seconds = self._seconds(status.st_size)
        if task == "thumbnail":
            seconds = min(seconds, THUMBNAIL_SECONDS)
        request = Request(task=task, path=path, kind=kind, extension=extension_of(path.name), thumbnail=thumbnail, limit=seconds + _GRACE)
        try:
            with self._lock, self._children.lent() as child:
                child.ask(request.model_dump_json())
                return child.receive(seconds, wanted)
        except TimeoutError:
            return Response(problem=problems.took_too_long(seconds))
        except ReaderEnded as error:
            raise ReaderCrashed(problems.ended_reader(str(error))) from error
        except Unwanted:
            raise Abandoned from None
