from backend.contract.library import ItemKind
from backend.search.keyword_search import KeywordHit, KeywordSearch
from backend.search.query import parse
from backend.search.rank import LONE_COVERAGE
from backend.search.scope import Scope
from backend.search.tokenizer import Tokenizer
from backend.search.vocabulary import Vocabulary

from .shelf import Shelf

TOKENIZER = Tokenizer()


def find(shelf: Shelf, text: str, scope: Scope | None = None, typing: bool = False) -> list[KeywordHit]:
    query = parse(text, TOKENIZER, typing)
    with shelf.library.read_connection() as db:
        return KeywordSearch(Vocabulary()).search(db, query, (scope or Scope()).excluding(query), 50)


def test_every_word_comes_before_some_words(shelf: Shelf) -> None:
    root = shelf.add_root()
    some = shelf.add(root, "a.txt", ["shock shock shock and waves of heat"])
    every = shelf.add(root, "b.txt", ["a long text that mentions shock and then also boundary among many more words of no use"])
    for number in range(30):
        shelf.add(root, f"n{number}.txt", ["nothing of interest"])
    hits = find(shelf, "shock boundary")
    assert [hit.item_id for hit in hits] == [every, some]
    assert [hit.every_word for hit in hits] == [True, False]


def test_phrase_is_required_and_exclusion_leaves_the_file_out(shelf: Shelf) -> None:
    root = shelf.add_root()
    phrase = shelf.add(root, "a.txt", ["the boundary layer grows"])
    shelf.add(root, "b.txt", ["a layer at the boundary grows"])
    shelf.add(root, "draft c.txt", ["the boundary layer grows"])
    shelf.add(root, "d.txt", ["the boundary layer grows", "only a sketch"])
    assert [hit.item_id for hit in find(shelf, '"boundary layer" grows -draft -sketch')] == [phrase]


def test_beginnings_while_typing_reach_stems_that_are_shorter(shelf: Shelf) -> None:
    root = shelf.add_root()
    wanted = shelf.add(root, "a.txt", ["the university of life"])
    shelf.add(root, "b.txt", ["a cart on the road"])
    for typed in ("univ", "univers", "universi", "universit", "university"):
        assert [hit.item_id for hit in find(shelf, typed, typing=True)] == [wanted], typed
    assert find(shelf, "cartoo", typing=True) == []


def test_name_is_found_like_text(shelf: Shelf) -> None:
    root = shelf.add_root()
    item = shelf.add(root, "tax return 2019.pdf", [])
    assert [hit.item_id for hit in find(shelf, "tax 2019")] == [item]


def test_in_a_small_library_one_of_two_words_counts(shelf: Shelf) -> None:
    root = shelf.add_root()
    item = shelf.add(root, "dog.wav", ["Dog"], ItemKind.AUDIO)
    shelf.add(root, "other.txt", ["entirely", "different"])
    assert [hit.item_id for hit in find(shelf, "dog barking")] == [item, item]
    assert all(hit.coverage >= LONE_COVERAGE for hit in find(shelf, "dog barking"))


def test_scope(shelf: Shelf) -> None:
    one, two = shelf.add_root("one"), shelf.add_root("two")
    early = shelf.add(one, "a.txt", ["budget"], happened_at=100.0)
    late = shelf.add(one, "b.txt", ["budget"], happened_at=200.0)
    sound = shelf.add(two, "c.wav", ["budget"], ItemKind.AUDIO, happened_at=300.0)

    def items(scope: Scope) -> set[int]:
        return {hit.item_id for hit in find(shelf, "budget", scope)}

    assert items(Scope()) == {early, late, sound}
    assert items(Scope(kinds=frozenset({ItemKind.AUDIO}))) == {sound}
    assert items(Scope(root_id=one)) == {early, late}
    assert items(Scope(after=200.0)) == {late, sound}
    assert items(Scope(before=200.0)) == {early, late}
    assert items(Scope(item_id=late)) == {late}
    shelf.library.remove_root(one)
    assert items(Scope()) == {sound}


def test_some_of_a_thousand_characters_of_words_is_no_error(shelf: Shelf) -> None:
    root = shelf.add_root()
    shelf.add(root, "a.txt", ["word7 word8"])
    assert find(shelf, " ".join(f"word{number}" for number in range(140))) == []
    assert find(shelf, "z " * 500) == []
