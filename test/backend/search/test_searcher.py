"""The whole search in one process, with the real MiniLM over a small library."""

from pathlib import Path
from threading import Event, Thread

import pytest

from backend.contract.api import MeaningState, SearchResponse, Unsearchable, Why
from backend.contract.library import ItemKind, SegmentKind
from backend.search.embedding_loop import EmbeddingLoop
from backend.search.meaning import Meaning
from backend.search.scope import Scope
from backend.search.searcher import Searcher, SearchRequest
from backend.search.sentence_transformers_embedder import SentenceTransformersEmbedder
from backend.search.vectors import VectorIndex

from .shelf import Shelf

JFK = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."


class Desk:
    """A shelf with a searcher over it that knows every meaning."""

    def __init__(self, shelf: Shelf, minilm: SentenceTransformersEmbedder) -> None:
        self.shelf = shelf
        self.index = VectorIndex(minilm.id, minilm.dimension)
        self.meaning = Meaning(lambda: Path("model"), lambda _: minilm, lambda _: None, lambda _: None)
        self.meaning.run(Event())
        self._minilm = minilm
        self._loop = EmbeddingLoop(shelf.library, self.meaning, self.index, lambda *_: pytest.fail("embedding failed"))
        unsearchable = Unsearchable(waiting=0, waiting_for={}, failed=0)
        self._searcher = Searcher(shelf.library, self.meaning, self.index, lambda: unsearchable)

    def learn(self) -> None:
        stopping = Event()
        thread = Thread(target=lambda: self._loop.run(self._minilm, stopping))
        thread.start()
        for _ in range(3000):
            if not self.shelf.library.summary().queue.to_embed:
                break
            Event().wait(0.02)
        stopping.set()
        thread.join()

    def search(self, text: str, scope: Scope | None = None, offset: int = 0, limit: int = 20) -> SearchResponse:
        return self._searcher.search(SearchRequest(text, scope or Scope(), offset, limit))

    def names(self, text: str, scope: Scope | None = None) -> list[str]:
        return [hit.item.name for hit in self.search(text, scope).hits]


@pytest.fixture
def desk(shelf: Shelf, minilm: SentenceTransformersEmbedder) -> Desk:
    root = shelf.add_root()
    shelf.add(root, "a1.flac", [JFK], ItemKind.AUDIO, SegmentKind.SPEECH, starts=[0.0])
    sounds = {
        "b1.wav": ["Dog", "Animal", "Bark"],
        "b2.wav": ["Applause", "Clapping"],
        "b3.wav": ["Music", "Guitar", "Plucked string instrument"],
        "b4.wav": ["Rain", "Raindrop"],
        "b5.wav": ["Baby cry, infant cry"],
    }
    for name, labels in sounds.items():
        shelf.add(root, name, labels, ItemKind.AUDIO, SegmentKind.SOUND, starts=[0.5 * n for n in range(len(labels))])
    shelf.add(root, "c1.txt", ["Our quarterly budget shows a deficit, so travel costs have to go down."], happened_at=1000.0)
    shelf.add(root, "c2.txt", ["Whisk the eggs with sugar, add flour and bake the cake for forty minutes."])
    shelf.add(root, "c3.txt", ["The boundary layer on a flat plate separates behind the shock wave."])
    shelf.add(root, "c4.txt", ["Money is short this spring. The sketch of the new hall is on page two."])
    desk = Desk(shelf, minilm)
    desk.learn()
    return desk


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("patriotic speech", "a1.flac"),
        ("what you can do for your country", "a1.flac"),
        ("serving your nation", "a1.flac"),
        ("dog barking", "b1.wav"),
        ("puppy", "b1.wav"),
        ("applause", "b2.wav"),
        ("audience cheering", "b2.wav"),
        ("someone plays guitar", "b3.wav"),
        ("heavy rain", "b4.wav"),
        ("baby crying", "b5.wav"),
        ("saving money", "c4.txt"),
        ("dessert recipe", "c2.txt"),
    ],
)
def test_finds_by_meaning(desk: Desk, query: str, first: str) -> None:
    assert desk.names(query)[:1] == [first]


@pytest.mark.parametrize(
    "query",
    [
        "xqzvw plok",
        "fjdksla",
        "asdf jkl qwerty",
        "12345678",
        "kubernetes pod crash loop",
        "who won the football match",
        "quantum chromodynamics lattice",
        "wireless headphones battery life",
        "東京タワー",
        "",
        "-dog",
        "!?",
    ],
)
def test_what_nothing_matches_finds_nothing(desk: Desk, query: str) -> None:
    response = desk.search(query)
    assert response.hits == []
    assert response.total_files == 0
    assert response.kind_counts == {}


def test_says_why(desk: Desk) -> None:
    def why(query: str) -> list[Why]:
        return desk.search(query).hits[0].moments[0].why

    assert why("quarterly deficit") == [Why.WORDS, Why.MEANING]
    assert why("serving your nation") == [Why.MEANING]
    assert why("dog") == [Why.SOUND]
    assert why("puppy") == [Why.SOUND, Why.MEANING]
    assert why("b3.wav") == [Why.NAME]


def test_sounds_of_one_moment_are_one_moment(desk: Desk) -> None:
    (hit,) = desk.search("dog bark animal").hits
    assert len(hit.moments) == hit.moment_count == 1


def test_exclusion_and_phrase_hold_for_meaning_too(desk: Desk) -> None:
    assert "c4.txt" in desk.names("saving money")
    assert "c4.txt" not in desk.names("saving money -sketch")
    assert "c4.txt" not in desk.names('saving money -"new hall"')
    assert desk.names('aerodynamics "flat plate"') == ["c3.txt"]
    assert desk.names('aerodynamics "plate flat"') == []


def test_filters_and_kind_counts(desk: Desk) -> None:
    response = desk.search("dog budget", Scope(kinds=frozenset({ItemKind.DOCUMENT})))
    assert [hit.item.name for hit in response.hits] == ["c1.txt"]
    assert response.kind_counts == {ItemKind.AUDIO: 1, ItemKind.DOCUMENT: 1}
    assert response.total_files == 1
    assert desk.names("expenses", Scope(after=1000.0)) == ["c1.txt"]
    assert desk.names("patriotic speech", Scope(after=1000.0)) == []


def test_removed_root_is_gone_at_once_and_back_at_once(desk: Desk) -> None:
    other = desk.shelf.add_root("other")
    desk.shelf.add(other, "d1.txt", ["A pony grazes on the meadow."])
    desk.learn()
    assert desk.names("small horse eating grass") == ["d1.txt"]
    desk.shelf.library.remove_root(other)
    assert desk.names("small horse eating grass") == []
    desk.shelf.library.restore_root(other)
    assert desk.names("small horse eating grass") == ["d1.txt"]


def test_a_deleted_segment_takes_nobodys_place(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.search.searcher.CANDIDATES", 2)
    root = desk.shelf.library.roots()[0].id
    gone = desk.shelf.add(root, "gone.txt", [f"A puppy is playing, number {n}." for n in range(20)])
    desk.learn()
    assert "gone.txt" in desk.names("puppies at play")
    with desk.shelf.library.transaction() as db:
        db.execute("DELETE FROM items WHERE id = ?", (gone,))
    assert desk.names("puppies at play") == ["b1.wav"]


def test_pages_follow_each_other(desk: Desk) -> None:
    root = desk.shelf.library.roots()[0].id
    for number in range(30):
        desk.shelf.add(root, f"page {number}.txt", [f"zeppelin number {number}"])
    whole = desk.search("zeppelin", limit=100)
    assert whole.total_files == 30
    paged = [hit.item.id for offset in range(0, 30, 7) for hit in desk.search("zeppelin", offset=offset, limit=7).hits]
    assert paged == [hit.item.id for hit in whole.hits]


def test_moments_of_one_file(desk: Desk) -> None:
    root = desk.shelf.library.roots()[0].id
    item = desk.shelf.add(root, "long.txt", [f"zeppelin {n}" for n in range(50)])
    (hit,) = desk.search("zeppelin").hits
    assert (len(hit.moments), hit.moment_count) == (3, 50)
    (hit,) = desk.search("zeppelin", Scope(item_id=item)).hits
    assert (len(hit.moments), hit.moment_count) == (50, 50)


def test_words_answer_before_the_meaning_is_there(shelf: Shelf, minilm: SentenceTransformersEmbedder) -> None:
    shelf.add(shelf.add_root(), "a.txt", ["a budget"])
    meaning = Meaning(lambda: None, lambda _: minilm, lambda _: None, lambda _: None)
    unsearchable = Unsearchable(waiting=3, waiting_for={}, failed=1)
    searcher = Searcher(shelf.library, meaning, VectorIndex(minilm.id, minilm.dimension), lambda: unsearchable)
    response = searcher.search(SearchRequest("budget"))
    assert [hit.item.name for hit in response.hits] == ["a.txt"]
    assert response.meaning is MeaningState.WARMING
    assert response.unsearchable == unsearchable


def test_nothing_to_look_for_needs_no_meaning(desk: Desk) -> None:
    assert desk.search("").meaning is MeaningState.NOT_NEEDED
