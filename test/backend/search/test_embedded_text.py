from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from backend.contract.library import ItemKind, SegmentKind
from backend.search.embedded_text import REACH, SOUND_CALIBRATION, WORDS_OF_A_SENTENCE, Said, embeddable, joined

from .shelf import Shelf

CLAUSES = ["And so my fellow Americans,", "ask not what your country can do for you,", "ask what you can do for your country."]


def texts(shelf: Shelf, item_id: int) -> list[tuple[str, float]]:
    with shelf.library.read_connection() as db:
        rows = db.execute("SELECT * FROM segments WHERE item_id = ? AND kind <> 'name' ORDER BY ordinal", (item_id,)).fetchall()
        return [(made.text, made.calibration) for made in (embeddable(db, row) for row in rows)]


def speech(shelf: Shelf, said: Sequence[str], starts: Sequence[float]) -> list[str]:
    item_id = shelf.add(shelf.add_root(), "a.flac", said, ItemKind.AUDIO, SegmentKind.SPEECH, starts=starts)
    return [text for text, _ in texts(shelf, item_id)]


def test_a_clause_is_read_with_what_is_said_around_it(shelf: Shelf) -> None:
    first, second, third = speech(shelf, CLAUSES, [0.0, 3.0, 7.0])
    assert first == " ".join(CLAUSES)
    assert second == " ".join(CLAUSES[:2]) + " " + CLAUSES[2]
    assert third == " ".join(CLAUSES[1:])


def test_a_long_pause_ends_the_context(shelf: Shelf) -> None:
    assert speech(shelf, CLAUSES, [0.0, 3.0, 60.0])[2] == CLAUSES[2]


def test_a_sound_is_said_to_be_one_and_counts_less(shelf: Shelf) -> None:
    item_id = shelf.add(shelf.add_root(), "a.wav", ["Bark (dog barking)"], ItemKind.AUDIO, SegmentKind.SOUND, starts=[0.0])
    assert texts(shelf, item_id) == [("the sound of bark (dog barking)", SOUND_CALIBRATION)]


def test_text_stands_by_itself(shelf: Shelf) -> None:
    assert texts(shelf, shelf.add(shelf.add_root(), "a.txt", ["one", "two"])) == [("one", 1.0), ("two", 1.0)]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=2 * REACH + 1), st.data())
def test_context_is_whole_segments_in_order_and_no_more_than_needed(lengths: list[int], data: st.DataObject) -> None:
    said = [Said(" ".join([f"s{number}"] * length), number * 2.0, number * 2.0 + 1.0) for number, length in enumerate(lengths)]
    at = data.draw(st.integers(0, len(said) - 1))
    words = joined(said, at).split()
    used = sorted({int(word[1:]) for word in words})
    assert used == list(range(used[0], used[-1] + 1))
    assert at in used
    assert words == [word for number in used for word in said[number].text.split()]
    assert len(words) >= WORDS_OF_A_SENTENCE or len(used) == len(said)
    assert len(words) < WORDS_OF_A_SENTENCE + max(lengths)
