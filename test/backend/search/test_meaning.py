from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from backend.contract.library import EngineState, EngineStatus
from backend.search.embedder import Embedder, QueryEmbedding, Vectors
from backend.search.embedding_loop import BATCH_SEGMENTS, EmbeddingLoop
from backend.search.meaning import Meaning
from backend.search.vectors import VectorIndex
from backend.sidecar.lack_of_memory import MemoryWait

from .shelf import Shelf


class LetterCounts:
    """A real, tiny embedder: how often each letter stands in a text. What the states and turns need, without torch."""

    id = "letters/counts"
    dimension = 26

    def __init__(self, during_batch: Callable[[], None] = lambda: None) -> None:
        self.batches: list[list[str]] = []
        self._during_batch = during_batch

    def encode_query(self, text: str) -> QueryEmbedding:
        return QueryEmbedding(self._encode([text])[0], 1)

    def encode_segments(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self._during_batch()
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        counts = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        counts /= np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-6)
        return counts


def meaning_with(load: Callable[[Path], Embedder], find: Callable[[], Path | None], states: list[EngineStatus]) -> Meaning:
    return Meaning(find=find, load=load, on_change=states.append, on_ready=lambda _: None)


def ready(embedder: Embedder) -> Meaning:
    meaning = meaning_with(lambda _: embedder, lambda: Path("model"), [])
    assert meaning.run(Event()) is embedder
    return meaning


@contextmanager
def running(target: Callable[[], object]) -> Iterator[Thread]:
    thread = Thread(target=target)
    thread.start()
    yield thread
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_model_that_appears_later_is_loaded_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.search.meaning.POLL_SECONDS", 0.01)
    monkeypatch.delenv("CONTENTCACHE_OFFLINE", raising=False)
    states: list[EngineStatus] = []
    answers = iter([None, None, None, Path("model")])
    meaning = meaning_with(lambda _: LetterCounts(), lambda: next(answers), states)
    assert meaning.embed_query("before") is None
    meaning.run(Event())
    assert [status.state for status in states] == [EngineState.MISSING, EngineState.LOADING, EngineState.READY]
    assert states[0].problem is not None
    assert "not downloaded yet" in states[0].problem.message
    assert meaning.embed_query("after") is not None


def test_offline_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTCACHE_OFFLINE", "1")
    states: list[EngineStatus] = []
    stopping = Event()
    meaning = meaning_with(lambda _: LetterCounts(), lambda: None, states)
    with running(lambda: meaning.run(stopping)):
        while not states:
            stopping.wait(0.01)
        stopping.set()
    assert states[0].problem is not None
    assert states[0].problem.message == "Model MiniLM is not cached and there is no internet connection."


def test_memory_that_comes_back_is_used() -> None:
    states: list[EngineStatus] = []
    errors = [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")]

    def load(_: Path) -> Embedder:
        if errors:
            raise errors.pop(0)
        return LetterCounts()

    meaning = Meaning(lambda: Path("model"), load, states.append, lambda _: None, MemoryWait(0.01))
    assert meaning.run(Event()) is not None
    assert [status.state for status in states] == [EngineState.LOADING, EngineState.FAILED] * 2 + [EngineState.LOADING, EngineState.READY]
    assert states[1].problem is not None
    assert states[1].problem.code == "out-of-memory"


def test_a_model_that_cannot_be_loaded_is_a_problem_and_no_crash() -> None:
    states: list[EngineStatus] = []

    def load(_: Path) -> Embedder:
        raise OSError("file is cut off")

    meaning = meaning_with(load, lambda: Path("model"), states)
    assert meaning.run(Event()) is None
    assert states[-1].state is EngineState.FAILED
    assert states[-1].problem is not None
    assert "file is cut off" in str(states[-1].problem.detail)
    assert meaning.embed_query("words only") is None


def test_queries_are_remembered() -> None:
    embedder = LetterCounts()
    meaning = ready(embedder)
    first = meaning.embed_query("some words")
    assert meaning.embed_query("some words") is first


def test_a_query_overtakes_the_batches() -> None:
    begun, answered = Event(), Event()

    def during_batch() -> None:
        begun.set()
        answered.wait(0.02)

    embedder = LetterCounts(during_batch)
    meaning = ready(embedder)
    done = 0

    def many_batches() -> None:
        nonlocal done
        while not answered.is_set():
            meaning.embed_segments(["text"])
            done += 1

    with running(many_batches):
        assert begun.wait(10)
        before = done
        meaning.embed_query("now")
        assert done - before <= 2
        answered.set()


def test_everything_but_names_is_embedded_newest_first(shelf: Shelf) -> None:
    root = shelf.add_root()
    for number in range(20):
        shelf.add(root, f"{number}.txt", [f"text {number} one", f"text {number} two"])
    embedder, stopping = LetterCounts(), Event()
    meaning, index = ready(embedder), VectorIndex(LetterCounts.id, LetterCounts.dimension)
    errors: list[Exception] = []
    loop = EmbeddingLoop(shelf.library, meaning, index, lambda _, error: errors.append(error))
    with running(lambda: loop.run(embedder, stopping)):
        wait_until(lambda: len(index) == 40)
        late = shelf.add(root, "late.txt", ["text that came late"])
        wait_until(lambda: len(index) == 41)
        stopping.set()
    queue = shelf.library.summary().queue
    assert (queue.embedded, queue.to_embed) == (41, 0)
    assert embedder.batches[0][0] == "text 19 two"
    assert max(map(len, embedder.batches)) <= BATCH_SEGMENTS
    nearest = index.search(embedder.encode_query("text that came late").vector, 1)
    assert nearest.item_ids.tolist() == [late]
    assert errors == []


def test_one_bad_text_does_not_end_search_by_meaning(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.search.embedding_loop.RETRY_SECONDS", 0.01)
    root = shelf.add_root()
    shelf.add(root, "bad.txt", ["poison"])
    embedder, stopping = LetterCounts(), Event()

    def fail_on_poison() -> None:
        if "poison" in embedder.batches[-1]:
            raise ValueError("cannot read this")

    embedder = LetterCounts(during_batch=fail_on_poison)
    meaning, index = ready(embedder), VectorIndex(LetterCounts.id, LetterCounts.dimension)
    errors: list[Exception] = []
    loop = EmbeddingLoop(shelf.library, meaning, index, lambda _, error: errors.append(error))
    with running(lambda: loop.run(embedder, stopping)):
        wait_until(lambda: len(errors) >= 3)
        shelf.add(root, "good.txt", ["fine"])
        wait_until(lambda: len(index) == 1)
        stopping.set()


def test_paused_means_paused(shelf: Shelf) -> None:
    shelf.library.set_paused(True)
    shelf.add(shelf.add_root(), "a.txt", ["text"])
    embedder, stopping = LetterCounts(), Event()
    index = VectorIndex(LetterCounts.id, LetterCounts.dimension)
    loop = EmbeddingLoop(shelf.library, ready(embedder), index, lambda *_: None)
    with running(lambda: loop.run(embedder, stopping)):
        assert not Event().wait(1.2)
        assert len(index) == 0
        shelf.library.set_paused(False)
        wait_until(lambda: len(index) == 1)
        stopping.set()


def wait_until(condition: Callable[[], bool], timeout: float = 30.0) -> None:
    for _ in range(int(timeout / 0.02)):
        if condition():
            return
        Event().wait(0.02)
    pytest.fail("did not happen in time")
