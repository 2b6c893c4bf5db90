"""The loop of audioprocessor: lease a recording, hear it, write what was heard."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.contract.events import ErrorEvent, ItemChanged, ItemRemoved, JobStage
from backend.contract.library import Contract, EngineState, Item, ModelId, Problem
from backend.library.blame import is_blameless
from backend.library.extract.extractor import Abandoned, Extractor
from backend.library.extract.reader_process import ReaderNotStarted
from backend.library.inside_root import require_inside
from backend.library.store import IndexResult, Job, LeaseLost, Library, LibraryLost, Worker, storage_problem
from backend.processing.cancellation import Cancelled, StopCheck
from backend.processing.decoder import Decoder
from backend.processing.engines import Engine
from backend.processing.job_progress import ProgressReport
from backend.processing.job_watch import Interruption, JobWatch
from backend.processing.listening import Listening
from backend.processing.media_errors import DecoderEnded, MediaError, MediaVanished, NoSoundTrack, from_os_error
from backend.processing.results import index_result, silent_result
from backend.processing.sound_tagger import SoundTagger
from backend.processing.transcriber import Transcriber
from backend.sidecar.lack_of_memory import MemoryWait, lacked_memory
from backend.sidecar.lifetime import Lifetime

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
LOOK_FOR_MODELS_SECONDS = 3.0
RETRY_SECONDS = 5.0


# Then the process ends: what it may have leaked is the next one's to have.
MEMORY_TRIES = 4


class NoMemory(Exception):
    """Listening met a lack of memory: the job is back in the queue."""


class EngineFailed(Exception):
    """An engine whose model is there does not load: the job goes back to the queue and waits."""


@dataclass(slots=True)
class _Suspended:
    """A recording that a pause interrupted, kept for when the same job comes back with the same engines."""

    key: tuple[int, int, int, bool, bool]
    listening: Listening
    position: float


class AudioWorker:
    """Works in the thread that calls `run`."""

    def __init__(
        self,
        library: Library,
        emit: Callable[[Contract], None],
        lifetime: Lifetime,
        whisper: Engine[Transcriber],
        yamnet: Engine[SoundTagger],
        memory_wait: Callable[[], MemoryWait] = MemoryWait,
    ) -> None:
        self._library = library
        self._emit = emit
        self._lifetime = lifetime
        self._whisper = whisper
        self._yamnet = yamnet
        self._decoder = Decoder()
        self._looked = float("-inf")
        self._suspended: _Suspended | None = None
        self._told: str | None = None
        self._new_memory_wait = memory_wait
        self._memory_wait = memory_wait()
        self._memory_tries = 0

    def run(self) -> None:
        """Until the lifetime ends. Returns with no lease held. Raises NoMemory, and whatever no job is to blame for."""
        while not self._lifetime.stopping.is_set():
            try:
                self._look_for_models()
                job = None if self._whisper.look() is EngineState.FAILED else self._library.lease(Worker.AUDIO)
                if job is None:
                    self._lifetime.wait(IDLE_SECONDS)
                else:
                    self._work(job)
                    self._told = None
                    self._memory_wait = self._new_memory_wait()
                    self._memory_tries = 0
            except LibraryLost:
                # Said already, and the process is about to end.
                log.info("the library is lost, so nothing more is heard")
                break
            except NoMemory as error:
                self._memory_tries += 1
                if self._memory_tries == MEMORY_TRIES:
                    raise
                self._stumbled(error)
            except (sqlite3.Error, ReaderNotStarted) as error:
                # Nothing is lost: the job was given back, or its lease runs out or is freed at the next start.
                self._stumbled(error)
        self._end_listening()

    def _stumbled(self, error: Exception) -> None:
        """Says each reason once, until something works again, and waits a little; for memory, longer and longer."""
        problem = _problem_of(error)
        if problem.code != self._told:
            log.error("listening stumbled", exc_info=error)
            self._emit(ErrorEvent(problem=problem))
            self._told = problem.code
        self._lifetime.wait(self._memory_wait.seconds if self._memory_wait.begin(error) else RETRY_SECONDS)

    def _finish(self, job: Job, result: IndexResult, blocked_on: ModelId | None = None) -> None:
        """Hours of listening outlast a full disk: what was heard is written as soon as there is room."""
        while True:
            try:
                self._changed(self._library.finish(job, result, blocked_on))
                return
            except sqlite3.OperationalError as error:
                if storage_problem(error) is None or self._lifetime.stopping.is_set():
                    raise
                self._stumbled(error)

    def _look_for_models(self) -> None:
        if time.monotonic() - self._looked < LOOK_FOR_MODELS_SECONDS:
            return
        self._looked = time.monotonic()
        for engine in (self._whisper, self._yamnet):
            if engine.look() in (EngineState.UNLOADED, EngineState.READY):
                self._changed(*self._library.unblock(engine.model))

    def _work(self, job: Job) -> None:
        self._changed(*self._library.items_by_id([job.item_id]).values())
        with JobWatch(self._library, job, self._lifetime) as watch:
            try:
                self._try(job, watch)
            except LeaseLost:
                log.info("item %d is no longer ours", job.item_id)

    def _try(self, job: Job, watch: JobWatch) -> None:
        """Whatever comes of it is in the library. Raises LeaseLost, and what `run` waits for."""
        try:
            self._index(job, watch)
        except (Cancelled, EngineFailed) as error:
            log.info("item %d given back: %s", job.item_id, watch.interruption or repr(error))
            self._give_back(job)
        except MediaVanished:
            self._vanished(job)
        except DecoderEnded as error:
            log.warning("the decoder of item %d ended: %s", job.item_id, error.detail)
            self._changed(self._library.reader_crashed(job, error.problem))
        except MediaError as error:
            self._changed(self._library.fail(job, error.problem))
        except LeaseLost:
            raise
        except Exception as error:
            if is_blameless(error):
                self._give_back(job)
                if lacked_memory(error):
                    raise NoMemory from error
                raise
            # Memory that ran out in the middle may have a name that nobody knows, and is not the recording's fault: it is tried once more.
            log.exception("item %d", job.item_id)
            self._changed(self._library.reader_crashed(job, _unexpected(error)))

    def _index(self, job: Job, watch: JobWatch) -> None:
        try:
            require_inside(job.root, job.path)
        except FileNotFoundError as error:
            raise MediaVanished(str(error)) from error
        except OSError as error:
            raise from_os_error(error) from error
        try:
            self._hear(job, watch)
        except NoSoundTrack as error:
            result = silent_result(error.duration, job.kind, self._thumbnail(job, watch))
            if result is None:
                raise
            self._finish(job, result)

    def _hear(self, job: Job, watch: JobWatch) -> None:
        if self._whisper.look() is EngineState.MISSING and self._yamnet.look() in (EngineState.MISSING, EngineState.FAILED):
            # Opened all the same: a file without a sound track, or a broken one, has no need to wait for a model.
            self._decoder.facts(job.path, watch.should_stop)
            self._changed(self._library.block(job, ModelId.WHISPER, ModelId.YAMNET))
            return
        transcriber = self._whisper.get(watch.should_stop)
        if transcriber is None and self._whisper.look() is EngineState.FAILED:
            raise EngineFailed
        tagger = self._yamnet.get(watch.should_stop)
        listening, position = self._open(job, transcriber, tagger, watch.should_stop)
        report = ProgressReport(self._emit, job, JobStage.TRANSCRIBING if transcriber else JobStage.LISTENING, position)

        def on_progress(done: float, total: float | None) -> None:
            nonlocal position
            position = done
            report(done, total)

        on_progress(position, listening.duration)
        try:
            # First: a stop in the middle of it must not throw away what was heard.
            has_thumbnail = self._thumbnail(job, watch)
            heard = listening.run(watch.should_stop, on_progress)
        except Cancelled:
            if watch.interruption is Interruption.PAUSED:
                self._suspended = _Suspended(_key(job, transcriber, tagger), listening, position)
            else:
                listening.close()
            raise
        except BaseException:
            listening.close()
            raise
        listening.close()
        needs = _needs(transcriber, tagger)
        result = index_result(heard, needs, has_thumbnail)
        blocked_on = ModelId.WHISPER if transcriber is None else None
        self._finish(job, result, blocked_on)

    def _open(
        self, job: Job, transcriber: Transcriber | None, tagger: SoundTagger | None, should_stop: StopCheck
    ) -> tuple[Listening, float]:
        suspended, self._suspended = self._suspended, None
        if suspended is not None and suspended.key == _key(job, transcriber, tagger):
            return suspended.listening, suspended.position
        if suspended is not None:
            suspended.listening.close()
        track = self._decoder.open(job.path, should_stop)
        try:
            return Listening(track, transcriber, tagger), 0.0
        except BaseException:
            track.close()
            raise

    def _thumbnail(self, job: Job, watch: JobWatch) -> bool:
        try:
            # A child for each film: beside listening to it, half a second is nothing, and so no second child is kept.
            with Extractor() as extractor:
                return extractor.make_thumbnail(
                    job.path, job.kind, self._library.thumbnail_path(job.item_id), lambda: not watch.should_stop()
                )
        except Abandoned:
            raise Cancelled from None

    def _give_back(self, job: Job) -> None:
        item = self._library.release(job)
        if item is not None:
            self._changed(item)

    def _vanished(self, job: Job) -> None:
        item = self._library.vanished(job)
        self._emit(ItemRemoved(item_id=job.item_id) if item is None else ItemChanged(item=item))

    def _end_listening(self) -> None:
        if self._suspended is not None:
            self._suspended.listening.close()
            self._suspended = None
        self._decoder.close()

    def _changed(self, *items: Item) -> None:
        for item in items:
            self._emit(ItemChanged(item=item))


def _key(job: Job, transcriber: Transcriber | None, tagger: SoundTagger | None) -> tuple[int, int, int, bool, bool]:
    return job.item_id, job.size, job.mtime_ns, transcriber is not None, tagger is not None


def _needs(transcriber: Transcriber | None, tagger: SoundTagger | None) -> Sequence[ModelId]:
    engines = {ModelId.WHISPER: transcriber, ModelId.YAMNET: tagger}
    return [model for model, engine in engines.items() if engine is None]


def _unexpected(error: Exception) -> Problem:
    return Problem(
        code="unexpected",
        message="Something unexpected went wrong while listening to this file.",
        next_step="Retry it; if it happens again, please report it with the details.",
        detail=f"{type(error).__name__}: {error}",
    )


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, ReaderNotStarted):
        return error.problem
    if isinstance(error, NoMemory):
        return Problem(
            code="out-of-memory",
            message="There was not enough free memory to go on listening. Recordings wait.",
            next_step="Close other programs. It is tried again by itself.",
            detail=repr(error.__cause__),
        )
    return storage_problem(error) or Problem(
        code="library-unavailable",
        message="The library could not be written just now; recordings are not lost and are tried again.",
        next_step="Check that the disk that holds ContentCache's data is connected and not full.",
        detail=str(error),
    )
