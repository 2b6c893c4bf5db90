"""Frames to sounds: pure arithmetic, no model."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backend.processing.sound_segments import (
    GAP_FRAMES,
    LASTING,
    POSSIBLE,
    SoundSegment,
    SoundSegmenter,
    counting,
    frame_times,
    frames_in_speech,
    join_speech,
)
from backend.processing.sound_tagger import HOP_SECONDS
from test.backend.processing.media import about

LABELS = ("Dog", "Rain", "Silence", "Bell", "Train")
SEARCHABLE = np.array([True, True, False, True, True])

scores = hnp.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(5)), elements=st.floats(0, 1, width=32))


def tag(frames: np.ndarray, speech: np.ndarray | None = None, chunks: list[int] | None = None) -> list[SoundSegment]:
    in_speech = np.zeros(len(frames), bool) if speech is None else speech
    segmenter = SoundSegmenter(LABELS, SEARCHABLE)
    for part in np.split(np.arange(len(frames)), chunks or []):
        segmenter.add(frames[part], in_speech[part])
    return segmenter.finish(len(frames) * HOP_SECONDS)


def frames_of(dog: list[float]) -> np.ndarray:
    frames = np.zeros((len(dog), 5), np.float32)
    frames[:, 0] = dog
    return frames


def test_a_bark_is_found_at_its_second() -> None:
    (bark,) = tag(frames_of([0.0] * 20 + [0.9] + [0.0] * 20))
    assert (bark.label, bark.score) == ("Dog", about(0.9))
    assert bark.start == about(20 * HOP_SECONDS + 0.24)
    assert bark.end == about(21 * HOP_SECONDS + 0.24)


def test_a_sound_lasts_while_it_stays_above_the_low_threshold() -> None:
    (sound,) = tag(frames_of([0.0, 0.25, 0.25, 0.8, 0.25, 0.0, 0.0, 0.0, 0.0]))
    assert (sound.start, sound.end) == (about(frame_times(1)[0]), about(frame_times(4)[1]))


def test_what_never_passes_a_high_threshold_is_no_sound() -> None:
    loud = frames_of([0.29] * 10)
    loud[3, 1] = 0.9
    assert [sound.label for sound in tag(loud)] == ["Rain"]


def test_short_gaps_join_and_long_gaps_part() -> None:
    assert len(tag(frames_of([0.9, *[0.0] * GAP_FRAMES, 0.9, 0.0]))) == 1
    assert len(tag(frames_of([0.9, *[0.0] * (GAP_FRAMES + 1), 0.9, 0.0]))) == 2


def test_a_weaker_sound_counts_only_among_the_best_of_its_frame() -> None:
    assert counting(np.array([0.35, 0.6, 0.1, 0.0, 0.0], np.float32)).tolist() == [True, True, False, False, False]
    assert counting(np.array([0.35, 0.9, 0.1, 0.0, 0.0], np.float32)).tolist() == [False, True, False, False, False]
    assert counting(np.array([0.35, 0.4, 0.45, 0.49, 0.0], np.float32)).tolist() == [False, True, True, True, False]


def test_silence_is_never_a_sound_and_a_faint_recording_keeps_its_best_guess() -> None:
    quiet = np.zeros((10, 5), np.float32)
    quiet[:, 2] = 0.9
    assert tag(quiet) == []
    quiet[4, 3] = 0.15
    (guess,) = tag(quiet)
    assert (guess.label, guess.score) == ("Bell", about(0.15))


def test_no_guess_beside_speech() -> None:
    assert tag(frames_of([0.15] * 10), np.arange(10) < 5) == []


@given(scores, st.data())
def test_sounds_of_one_label_are_in_order_apart_and_within_the_recording(frames: np.ndarray, data: st.DataObject) -> None:
    speech = data.draw(hnp.arrays(bool, len(frames)))
    found = tag(frames, speech)
    duration = len(frames) * HOP_SECONDS
    for label in LABELS:
        own = [sound for sound in found if sound.label == label]
        assert all(0.0 <= sound.start < sound.end <= duration and 0.0 <= sound.score <= 1.0 for sound in own)
        assert all(one.end <= other.start for one, other in pairwise(own))
    for spoken in np.flatnonzero(speech).tolist():
        start, end = frame_times(spoken)
        assert not any(sound.start < min(end, duration) - 1e-6 and sound.end > start + 1e-6 for sound in found)
    # Every frame in which a sound counts is inside a segment of that sound, unless it is speech.
    for at, frame in enumerate(frames):
        for index in np.flatnonzero(counting(frame) & SEARCHABLE).tolist():
            middle = min(sum(frame_times(at)) / 2, duration)
            inside = any(s.label == LABELS[index] and s.start <= middle <= s.end for s in found)
            assert inside or speech[at]


@given(scores, st.lists(st.integers(0, 40), max_size=5))
def test_the_size_of_the_chunks_changes_nothing(frames: np.ndarray, cuts: list[int]) -> None:
    assert tag(frames, chunks=sorted(cuts)) == tag(frames)


intervals = st.lists(st.tuples(st.floats(0, 50), st.floats(0.01, 10)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=10)


@given(intervals, st.floats(0, 3))
def test_joined_speech_covers_all_speech_in_order(speech: list[tuple[float, float]], pause: float) -> None:
    joined = join_speech(speech, pause)
    assert all(any(a <= start and end <= b for a, b in joined) for start, end in speech)
    assert all(other[0] - one[1] > pause for one, other in pairwise(joined))


def test_a_frame_is_speech_when_most_of_it_is() -> None:
    assert frames_in_speech(0, 6, [(1.0, 2.0)]).tolist() == [False, False, True, True, False, False]


def test_thresholds_are_in_order() -> None:
    assert LASTING < POSSIBLE
