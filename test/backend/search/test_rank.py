import numpy as np
import pytest

from backend.search.floor import ABSOLUTE, MIN_BACKGROUND, is_readable, meaning_floor
from backend.search.keyword_search import KeywordHit
from backend.search.rank import AGREEING_COSINE, LONE_COVERAGE, SOLE_COVERAGE, fuse
from backend.search.vectors import Neighbours


def near(*rows: tuple[int, int, float], of_wanted: dict[int, float] | None = None) -> Neighbours:
    segments, items, cosines = zip(*rows, strict=True) if rows else ((), (), ())
    return Neighbours(
        np.array(segments, np.int64), np.array(items, np.int64), np.array(cosines, np.float32), 0.0, 0.1, len(rows), of_wanted or {}
    )


def test_words_and_meaning_of_one_file_add_up_across_segments() -> None:
    both = [KeywordHit(1, 10, 1.0, True)]
    files = fuse([*both, KeywordHit(3, 20, 1.1, True)], near((2, 10, 0.8), (4, 30, 0.9)), 0.3)
    assert [file.item_id for file in files] == [10, 30, 20]
    assert [segment.segment_id for segment in files[0].hits()] == [1, 2]


def test_places_with_words_come_before_places_near_in_meaning() -> None:
    words = [KeywordHit(1, 10, LONE_COVERAGE, True), KeywordHit(2, 10, 1.5, True), KeywordHit(3, 10, LONE_COVERAGE - 0.1, True)]
    (file,) = fuse(words, near((4, 10, 0.9), (5, 10, 0.95)), 0.3)
    assert [segment.segment_id for segment in file.hits()] == [2, 1, 5, 4, 3]


def test_below_the_floor_is_no_hit_and_adds_nothing() -> None:
    files = fuse([KeywordHit(1, 10, 1.0, True)], near((2, 10, 0.5), (3, 20, 0.2)), 0.3)
    assert [file.item_id for file in files] == [10]
    assert len(files[0].segments) == 2


def test_some_words_need_the_meaning_to_agree() -> None:
    some = [KeywordHit(1, 10, SOLE_COVERAGE - 0.1, False)]
    assert fuse(some, near(), 0.3) == []
    assert [file.item_id for file in fuse(some, near((1, 10, 0.5)), 0.3)] == [10]
    assert [file.item_id for file in fuse(some, near(of_wanted={1: AGREEING_COSINE}), 0.3)] == [10]
    assert fuse(some, near(of_wanted={1: AGREEING_COSINE - 0.01}), 0.3) == []
    assert [file.item_id for file in fuse([KeywordHit(1, 10, SOLE_COVERAGE, False)], near(), 0.3)] == [10]


def test_without_meaning_less_of_the_words_suffices() -> None:
    assert fuse([KeywordHit(1, 10, LONE_COVERAGE, False)], None, 0.0)
    assert not fuse([KeywordHit(1, 10, LONE_COVERAGE - 0.01, False)], None, 0.0)


def test_equal_files_keep_their_order_from_page_to_page() -> None:
    hits = [KeywordHit(number, 100 - number, 1.0, True) for number in range(50)]
    assert [file.item_id for file in fuse(hits, None, 0.0)] == sorted(100 - number for number in range(50))


def test_floor_is_the_highest_of_its_three_limits() -> None:
    assert meaning_floor(0.4, 0.0, 0.05, MIN_BACKGROUND) == ABSOLUTE
    assert meaning_floor(0.8, 0.0, 0.05, MIN_BACKGROUND) == pytest.approx(0.4)
    assert meaning_floor(0.7, 0.2, 0.1, MIN_BACKGROUND) == pytest.approx(0.4)
    assert meaning_floor(0.4, 0.3, 0.2, MIN_BACKGROUND - 1) == ABSOLUTE


def test_letters_are_not_readable() -> None:
    assert is_readable("patriotic speech", 3)
    assert not is_readable("fjdksla", 4)
    assert not is_readable("!!", 2)
    assert not is_readable("", 0)
