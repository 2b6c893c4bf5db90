"""search_server: the library's own process. `python -m backend.search.search_server`, environment as in docs/ARCHITECTURE.md.

It reports its port when it answers, scans and indexes in the background, and lets search by meaning join when it is loaded.
"""

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

if not __package__:
    # Started by its path: the package is two folders up, and the modules beside this file are not top-level ones.
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from backend import VERSION
from backend.contract.events import Bye, EngineChanged, ErrorEvent, ItemChanged, LibraryChanged, Ready, SidecarName
from backend.contract.library import Problem
from backend.library.extract.thumbnail_cache import ThumbnailCache
from backend.library.guard import LibraryGuard
from backend.library.indexer import Indexer
from backend.library.scan.scanner import Scanner
from backend.library.store import Library, LibraryError, storage_problem
from backend.library.store.crash_record import CrashRecord
from backend.library.when_usable import open_when_usable
from backend.models.registry import find_model
from backend.search.embedder import Embedder
from backend.search.embedding_loop import EmbeddingLoop
from backend.search.housekeeping import keep_house
from backend.search.http_server import HttpServer
from backend.search.meaning import Meaning
from backend.search.searcher import Searcher
from backend.search.sentence_transformers_embedder import SentenceTransformersEmbedder
from backend.search.server.app import create_app
from backend.search.server.services import Services
from backend.search.summary_publisher import SummaryPublisher
from backend.search.vectors import VectorIndex
from backend.sidecar.heartbeat import start_heartbeat
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.lines import LineEmitter
from backend.sidecar.logs import log_to_stderr
from backend.sidecar.unbegun_threads import end_with_unbegun_threads

log = logging.getLogger(__name__)


class SearchServer:
    """Everything that runs in this process, wired together."""

    def __init__(self, library: Library, secret: str, emitter: LineEmitter, lifetime: Lifetime) -> None:
        self._library = library
        self._secret = secret
        self._emitter = emitter
        self._lifetime = lifetime
        self._index = VectorIndex(SentenceTransformersEmbedder.id, SentenceTransformersEmbedder.dimension)
        self._meaning = Meaning(
            find=_find_minilm,
            load=SentenceTransformersEmbedder,
            on_change=lambda status: emitter.emit(EngineChanged(status=status)),
            on_ready=self._load_vectors,
        )
        self._publisher = SummaryPublisher(library, lambda summary: emitter.emit(LibraryChanged(library=summary)))
        self._scanner = Scanner(library, emitter.emit)
        self._indexer = Indexer(library, emitter.emit)
        self._thumbnails = ThumbnailCache(library)
        services = Services(
            library=library,
            searcher=Searcher(library, self._meaning, self._index, self._publisher.unsearchable),
            engines=lambda: [self._meaning.status],
            summary=lambda: self._publisher.latest,
            roots_changed=self._scanner.sync,
            scan=self._scanner.request,
            work=self._indexer.wake,
            thumbnail=self._thumbnails.get,
            version=VERSION,
        )
        self._http = HttpServer(create_app(services, secret))
        self._background: list[Thread] = []

    @property
    def turns(self) -> Callable[[], bool]:
        return self._http.turns

    def run(self) -> None:
        """Serve until the lifetime ends, then stop in order: no lease is left, the library is closed."""
        self._lifetime.on_stop(self._http.stop)
        self._lifetime.on_stop(self._thumbnails.close)
        self._start(self._begin, "begin")
        self._http.serve()
        if not self._lifetime.stopping.is_set():
            self._lifetime.request_stop("the HTTP server ended")
        self._scanner.stop()
        self._indexer.stop()
        for thread in self._background:
            # What loads torch or is in the middle of a batch cannot be hurried, and holds nothing that must be given back.
            thread.join(timeout=1.0)
        self._library.close()

    def _begin(self) -> None:
        if not self._http.answers(self._secret, self._lifetime.stopping.is_set):
            self._lifetime.request_stop("the HTTP server does not answer")
            return
        self._emitter.emit(Ready(sidecar=SidecarName.SEARCH_SERVER, pid=os.getpid(), port=self._http.port, version=VERSION))
        self._start(lambda: self._publisher.run(self._lifetime.stopping), "summary")
        self._start(lambda: keep_house(self._library, self._emitter.emit, self._lifetime.stopping), "housekeeping")
        self._scanner.start()
        self._indexer.start()
        self._start(self._learn_meanings, "meaning")

    def _learn_meanings(self) -> None:
        embedder = self._meaning.run(self._lifetime.stopping)
        if embedder is not None:
            EmbeddingLoop(self._library, self._meaning, self._index, self._report).run(embedder, self._lifetime.stopping)

    def _load_vectors(self, _: Embedder) -> None:
        started = time.perf_counter()
        with self._library.read_connection() as db:
            self._index.synchronise(db)
        log.info("%d vectors loaded in %.2f s", len(self._index), time.perf_counter() - started)

    def _report(self, message: str, error: Exception) -> None:
        detail = f"{type(error).__name__}: {error}"
        problem = storage_problem(error) or Problem(code="embedding-failed", message=message, detail=detail)
        self._emitter.emit(ErrorEvent(problem=problem))

    def _start(self, body: Callable[[], None], name: str) -> None:
        thread = Thread(target=body, name=name, daemon=True)
        self._background.append(thread)
        thread.start()


def main() -> int:
    emitter = LineEmitter.take_over_stdout()
    log_to_stderr()
    # Sidecars never download, whoever starts them.
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    # Taken out of the environment: the child that reads strangers' files inherits what is left.
    data_dir, secret = os.environ.get("CONTENTCACHE_DATA_DIR"), os.environ.pop("CONTENTCACHE_SECRET", None)
    if not data_dir or not secret:
        log.error("CONTENTCACHE_DATA_DIR and CONTENTCACHE_SECRET must be set; see docs/ARCHITECTURE.md")
        return 2
    lifetime = Lifetime()
    lifetime.watch_signals()
    lifetime.watch_stdin()
    server: SearchServer | None = None
    end_with_unbegun_threads()
    start_heartbeat(emitter, lifetime, lambda: server is None or server.turns())
    guard = LibraryGuard(emitter.emit, lifetime)
    try:
        library = open_when_usable(Path(data_dir), emitter.emit, lifetime, guard.lost)
    except LibraryError as error:
        guard.lost(error)
        return guard.exit_code
    if library is not None:
        guard.watch(library)
        record = CrashRecord.begin(library.data_dir)
        for item in library.freed:
            emitter.emit(ItemChanged(item=item))
        server = SearchServer(library, secret, emitter, lifetime)
        server.run()
        record.end()
    emitter.emit(Bye(reason=lifetime.reason))
    return guard.exit_code


def _find_minilm() -> Path | None:
    try:
        location = find_model("minilm")
    except OSError as error:
        log.warning("the models directory cannot be read: %s", error)
        return None
    return None if location is None else location.path


if __name__ == "__main__":
    code = main()
    # Not sys.exit: a thread that is importing torch would make the interpreter's own end crash or wait.
    os._exit(code)
