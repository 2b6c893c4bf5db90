"""The life of the embedder: missing, loading in the background, ready, failed; and who may use it when."""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event, Lock

from backend.contract.library import EngineState, EngineStatus, ModelId, Problem
from backend.search.embedder import Embedder, QueryEmbedding, Vectors
from backend.sidecar.lack_of_memory import MemoryWait, lacked_memory

log = logging.getLogger(__name__)

POLL_SECONDS = 3.0
CACHED_QUERIES = 1024


class Meaning:
    """Owns the embedder. `run` is the body of a thread; the other methods may be called from any thread."""

    def __init__(
        self,
        find: Callable[[], Path | None],
        load: Callable[[Path], Embedder],
        on_change: Callable[[EngineStatus], None],
        on_ready: Callable[[Embedder], None],
        memory_wait: MemoryWait | None = None,
    ) -> None:
        """`find` answers where the model is, None while it is not there; `load` imports the engine and may take seconds.

        `on_ready` is called in the loading thread before the state becomes ready.
        """
        self._find = find
        self._load = load
        self._on_change = on_change
        self._on_ready = on_ready
        self._status = EngineStatus(engine=ModelId.MINILM, state=EngineState.UNLOADED)
        self._embedder: Embedder | None = None
        self._turns = _Turns()
        self._cache: OrderedDict[str, QueryEmbedding] = OrderedDict()
        self._cache_lock = Lock()
        self._memory_wait = memory_wait or MemoryWait()

    @property
    def status(self) -> EngineStatus:
        return self._status

    def run(self, stopping: Event) -> Embedder | None:
        """Wait for the model and load it, again only after a lack of memory. None when it cannot be loaded or the process stops."""
        while not stopping.is_set():
            path = self._find()
            if path is None:
                self._change(EngineState.MISSING, _missing())
                stopping.wait(POLL_SECONDS)
            elif self._load_from(path):
                stopping.wait(self._memory_wait.seconds)
            else:
                return self._embedder
        return None

    def embed_query(self, text: str) -> QueryEmbedding | None:
        """The embedding of a query, remembered; None unless ready. Waits for at most one batch of segments."""
        with self._cache_lock:
            known = self._cache.get(text)
            if known is not None:
                self._cache.move_to_end(text)
                return known
        embedder = self._embedder
        if embedder is None:
            return None
        with self._turns.query():
            embedding = embedder.encode_query(text)
        with self._cache_lock:
            self._cache[text] = embedding
            while len(self._cache) > CACHED_QUERIES:
                self._cache.popitem(last=False)
        return embedding

    def embed_segments(self, texts: Sequence[str]) -> Vectors:
        """(n, d) vectors of one small batch, after all waiting queries. Raises RuntimeError unless ready."""
        embedder = self._embedder
        if embedder is None:
            raise RuntimeError("the embedder is not loaded")
        with self._turns.batch():
            return embedder.encode_segments(texts)

    def _load_from(self, path: Path) -> bool:
        """True when it is to be tried again."""
        self._change(EngineState.LOADING)
        try:
            embedder = self._load(path)
            # Also shows now, not at the first query, that it works.
            embedder.encode_query("ready")
            self._on_ready(embedder)
        except Exception as error:
            # Whatever a damaged file makes the library raise: search by words goes on, and the person is told.
            log.exception("MiniLM cannot be loaded from %s", path)
            self._change(EngineState.FAILED, _load_problem(error))
            return self._memory_wait.begin(error)
        self._embedder = embedder
        self._change(EngineState.READY)
        return False

    def _change(self, state: EngineState, problem: Problem | None = None) -> None:
        status = EngineStatus(engine=ModelId.MINILM, state=state, problem=problem)
        if status != self._status:
            self._status = status
            self._on_change(status)


class _Turns:
    """One user of the engine at a time; a batch begins only when no query waits."""

    def __init__(self) -> None:
        self._free = Condition()
        self._busy = False
        self._queries = 0

    @contextmanager
    def query(self) -> Iterator[None]:
        with self._free:
            self._queries += 1
            try:
                self._free.wait_for(lambda: not self._busy)
            finally:
                self._queries -= 1
            self._busy = True
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: not self._busy and not self._queries)
            self._busy = True
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        with self._free:
            self._busy = False
            self._free.notify_all()


def _load_problem(error: Exception) -> Problem:
    detail = f"{type(error).__name__}: {error}"
    if lacked_memory(error):
        return Problem(
            code="out-of-memory",
            message="There was not enough free memory to load MiniLM, so search finds words only.",
            next_step="Close other programs. It is tried again by itself.",
            detail=detail,
        )
    return Problem(
        code="model-failed",
        message="MiniLM could not be loaded, so search finds words only.",
        next_step="Restart the app. If this stays, remove MiniLM and download it again.",
        detail=detail,
    )


def _missing() -> Problem:
    if os.environ.get("CONTENTCACHE_OFFLINE") == "1":
        message = "Model MiniLM is not cached and there is no internet connection."
        next_step = "Go online and download MiniLM. Until then search finds words only."
    else:
        message = "Model MiniLM is not downloaded yet."
        next_step = "Download MiniLM to search by meaning. Until then search finds words only."
    return Problem(code="model-missing", message=message, next_step=next_step)
