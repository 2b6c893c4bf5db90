"""Where voices begin and end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.processing.sound_tagger import HOP_SECONDS, PATCH_SECONDS
from backend.processing.spoken_language import SpokenLanguage, iso_639_1
from backend.processing.voice_borders import SHORTEST_STRETCH_SECONDS, VoiceBorders, voice_indices


def borders_of(voiced: list[bool], chunk: int = 7) -> list[float]:
    borders = VoiceBorders(voice_indices(("Dog", "Speech")))
    frames = np.zeros((len(voiced), 2), np.float32)
    frames[:, 1] = np.where(voiced, 0.5, 0.01)
    for at in range(0, len(frames), chunk):
        borders.add(frames[at : at + chunk])
    borders.finish()
    found, position = [], 0.0
    while (border := borders.next_after(position)) is not None:
        found.append(border)
        position = border
    return found


def test_speech_after_rain_begins_a_window_and_rain_after_speech_another() -> None:
    voiced = [False] * 30 + [True] * 20 + [False] * 30
    assert borders_of(voiced) == [30 * HOP_SECONDS, 49 * HOP_SECONDS + PATCH_SECONDS]


def test_short_changes_make_no_borders() -> None:
    assert borders_of([True] * 20 + [False] * 8 + [True] * 20) == []


def test_a_border_is_never_announced_before_it_is_certain() -> None:
    borders = VoiceBorders([0])
    borders.add(np.full((10, 1), 0.5, np.float32))
    borders.add(np.zeros((5, 1), np.float32))
    assert borders.next_after(0.0) is None
    assert borders.known_until <= 9 * HOP_SECONDS + PATCH_SECONDS


@given(st.lists(st.booleans(), max_size=120), st.integers(1, 30))
def test_borders_are_in_order_and_voices_never_cut(voiced: list[bool], chunk: int) -> None:
    found = borders_of(voiced, chunk)
    assert found == sorted(found)
    assert found == borders_of(voiced, 1)
    for at, voice in enumerate(voiced):
        if voice:
            start, end = at * HOP_SECONDS, at * HOP_SECONDS + PATCH_SECONDS
            assert not any(start + 1e-6 < border < end - 1e-6 for border in found)
    silent = SHORTEST_STRETCH_SECONDS + 2 * PATCH_SECONDS
    if any(voiced) and len(voiced) * HOP_SECONDS - (max(i for i, v in enumerate(voiced) if v) * HOP_SECONDS) > silent:
        assert found


def test_without_labels_of_voices_everything_is_known() -> None:
    borders = VoiceBorders(voice_indices(("Dog",)))
    borders.add(np.zeros((10, 1), np.float32))
    assert borders.known_until == float("inf")
    assert borders.next_after(0.0) is None


def test_the_language_holds_through_one_window_and_turns_with_two() -> None:
    spoken = SpokenLanguage()
    english, german = {"en": 0.9, "de": 0.1}, {"en": 0.1, "de": 0.9}
    spoken.accept(english)
    assert spoken.consider(german) == "en"
    spoken.accept(german)
    assert spoken.consider(german) == "de"
    assert iso_639_1("jw") == "jv"
