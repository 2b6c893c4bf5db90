"""search_server's worker: takes `extract` jobs one after the other and writes what the files hold into the library."""

import logging
import sqlite3
import time
from collections.abc import Callable
from threading import Event, Thread

from backend.contract.events import ErrorEvent, ItemChanged, ItemRemoved, JobProgress, JobStage, ProgressUnit, SidecarEvent
from backend.contract.library import Item, Problem
from backend.library.blame import is_blameless
from backend.library.extract import problems
from backend.library.extract.extractor import Abandoned, ExtractionFailed, Extractor, ReaderCrashed
from backend.library.extract.reader_process import ReaderNotStarted
from backend.library.inside_root import require_inside
from backend.library.store import LEASE_SECONDS, IndexResult, Job, LeaseLost, Library, LibraryLost, Worker, storage_problem

log = logging.getLogger(__name__)

Emit = Callable[[SidecarEvent], None]

IDLE = 0.5
AFTER_ERROR = 5.0
TELL_EVERY = 1.0
ASK_PAUSED_EVERY = 0.5


class Indexer:
    """A thread that works as long as there are jobs. Emits ItemChanged, ItemRemoved, JobProgress and ErrorEvent."""

    def __init__(self, library: Library, emit: Emit, extractor: Extractor | None = None) -> None:
        self._library = library
        self._emit = emit
        self._extractor = extractor or Extractor()
        self._stop = Event()
        self._wake = Event()
        self._told: str | None = None
        self._thread = Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look for jobs now rather than within half a second."""
        self._wake.set()

    def stop(self) -> None:
        """Gives the present job back and ends the child; returns when both are done."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._extractor.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not self.work_once():
                    self._wake.wait(IDLE)
                    self._wake.clear()
            except LibraryLost:
                # Said already, and the process is about to end.
                log.info("the library is lost, so nothing more is indexed")
                return
            except Exception as error:
                # A full disk or a locked database must not end the worker: say so and try again.
                log.exception("indexing stumbled")
                self._stumbled(error)

    def _stumbled(self, error: Exception) -> None:
        """Says each reason once, until something works again, and waits a little."""
        problem = _problem_of(error)
        if problem.code != self._told:
            self._emit(ErrorEvent(problem=problem))
            self._told = problem.code
        self._stop.wait(AFTER_ERROR)

    def work_once(self) -> bool:
        """Take one job to its end; False when there was none. Raises whatever ended it that the file may not have caused."""
        job = self._library.lease(Worker.EXTRACT)
        if job is None:
            return False
        try:
            self._work(job)
        except LeaseLost:
            log.info("lease on item %d lost", job.item_id)
        except BaseException as error:
            self._give_back(job, error)
            raise
        self._told = None
        return True

    def _give_back(self, job: Job, error: BaseException) -> None:
        try:
            if is_blameless(error):
                self._changed(self._library.release(job))
            else:
                self._changed(self._library.reader_crashed(job, problems.unexpected(error)))
        except (sqlite3.Error, LeaseLost):
            # What made the work stumble. The lease runs out by itself, and nobody holds that against the file.
            log.exception("item %d could not be given back", job.item_id)

    def _work(self, job: Job) -> None:
        self._changed(self._library.items_by_id([job.item_id]).get(job.item_id))
        watch = _JobWatch(self._library, job, self._stop, self._emit)
        try:
            self._require_inside(job)
            result = self._extractor.extract(job.path, job.kind, self._library.thumbnail_path(job.item_id), watch.wanted)
        except Abandoned:
            self._changed(self._library.release(job))
        except FileNotFoundError as error:
            log.info("item %d is gone: %s", job.item_id, error)
            item = self._library.vanished(job)
            self._changed(item)
            if item is None:
                self._emit(ItemRemoved(item_id=job.item_id))
        except ReaderCrashed as error:
            log.warning("the reader of item %d ended: %s", job.item_id, error.problem.detail)
            self._changed(self._library.reader_crashed(job, error.problem))
        except ExtractionFailed as error:
            log.info("item %d failed: %s (%s)", job.item_id, error.problem.code, error.problem.detail)
            self._changed(self._library.fail(job, error.problem))
        else:
            self._finish(job, result)

    def _finish(self, job: Job, result: IndexResult) -> None:
        """What was read outlasts a full disk: it is written as soon as there is room."""
        while True:
            try:
                self._changed(self._library.finish(job, result))
                return
            except sqlite3.OperationalError as error:
                if storage_problem(error) is None or self._stop.is_set():
                    raise
                log.exception("the result of item %d waits", job.item_id)
                self._stumbled(error)

    def _require_inside(self, job: Job) -> None:
        try:
            require_inside(job.root, job.path)
        except FileNotFoundError:
            raise
        except OSError as error:
            # No rights, or a disk that does not deliver: the reader says it in a sentence.
            log.info("item %d: %s", job.item_id, error)

    def _changed(self, item: Item | None) -> None:
        if item is not None:
            self._emit(ItemChanged(item=item))


class _JobWatch:
    """While a file is read: keeps the lease, tells that it goes on, and notices when to stop."""

    def __init__(self, library: Library, job: Job, stop: Event, emit: Emit) -> None:
        self._library = library
        self._job = job
        self._stop = stop
        self._emit = emit
        self._renewed = self._told = self._asked = time.monotonic()

    def wanted(self) -> bool:
        if self._stop.is_set():
            return False
        now = time.monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self._emit(
                JobProgress(item_id=self._job.item_id, name=self._job.name, stage=JobStage.EXTRACTING, done=0.0, unit=ProgressUnit.PAGES)
            )
        if now - self._renewed >= LEASE_SECONDS / 4:
            self._renewed = now
            return self._library.renew(self._job)
        if now - self._asked >= ASK_PAUSED_EVERY:
            self._asked = now
            return not self._library.paused()
        return True


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, ReaderNotStarted):
        return error.problem
    return storage_problem(error) or Problem(
        code="indexing-failed",
        message="Indexing met an error and will try again.",
        detail=f"{type(error).__name__}: {error}",
    )
