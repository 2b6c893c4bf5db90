"""Cutting a window's tokens at its timestamps, against the cases of `whisper.transcribe`."""

from hypothesis import given
from hypothesis import strategies as st

from backend.processing.whisper_tokens import TOKEN_SECONDS, cut_at_timestamps
from test.backend.processing.media import about

BEGIN = 50_364


def at(seconds: float) -> int:
    return BEGIN + round(seconds / TOKEN_SECONDS)


def test_an_unfinished_stretch_is_left_to_the_next_window() -> None:
    cut = cut_at_timestamps([at(0), 1, 2, at(7), at(7), 3, at(20), at(20), 4, 5], BEGIN, 30.0)
    assert [(s.start, s.end) for s in cut.stretches] == [(0.0, about(7.0)), (about(7.0), about(20.0))]
    assert cut.consumed == about(20.0)
    assert not cut.ends_in_silence


def test_a_single_last_timestamp_means_that_nothing_follows() -> None:
    cut = cut_at_timestamps([at(0), 1, at(5), at(6), 2, at(9)], BEGIN, 30.0)
    assert [s.tokens for s in cut.stretches] == [(at(0), 1, at(5)), (at(6), 2, at(9))]
    assert (cut.consumed, cut.ends_in_silence) == (30.0, True)


def test_without_pairs_the_window_is_one_stretch() -> None:
    cut = cut_at_timestamps([at(0), 1, 2, at(11)], BEGIN, 12.0)
    assert [(s.start, s.end) for s in cut.stretches] == [(0.0, about(11.0))]
    assert cut.consumed == 12.0
    assert cut_at_timestamps([1, 2], BEGIN, 12.0).stretches[0].end == 12.0


@given(st.lists(st.one_of(st.integers(0, 100), st.integers(0, 1500).map(lambda step: BEGIN + step)), max_size=40), st.floats(0.1, 30.0))
def test_stretches_are_consecutive_tokens_and_the_step_stays_in_the_window(tokens: list[int], seconds: float) -> None:
    cut = cut_at_timestamps(tokens, BEGIN, seconds)
    joined = [token for stretch in cut.stretches for token in stretch.tokens]
    assert joined == tokens[: len(joined)]
    assert 0.0 <= cut.consumed <= seconds
