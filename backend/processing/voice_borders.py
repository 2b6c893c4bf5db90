"""Where a recording changes between voice and no voice, as the sound tagger hears it.

Whisper judges 30 s at once: ten seconds of speech after twenty of rain would be lost with the rain, and words beside applause
get wrong times. So its windows end at these borders. Everything is still heard by Whisper, which alone decides what is speech;
cutting at voice activity is common practice (Bain et al. 2023, "WhisperX", section 2.1).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from backend.processing.sound_tagger import HOP_SECONDS, PATCH_SECONDS

VOICES = frozenset(
    {
        "Speech",
        "Child speech, kid speaking",
        "Conversation",
        "Narration, monologue",
        "Speech synthesizer",
        "Shout",
        "Yell",
        "Whispering",
        "Singing",
        "Rapping",
        "Chant",
    }
)
# Far below what tags a sound: a border in the middle of speech costs more than a window that is not cut.
FAINTEST_VOICE = 0.1
# A stretch worth a window of its own, voice or not; shorter changes stay inside one.
SHORTEST_STRETCH_SECONDS = 5.0


def voice_indices(labels: Sequence[str]) -> list[int]:
    return [at for at, label in enumerate(labels) if label in VOICES]


class VoiceBorders:
    """Takes frames in order and knows the borders up to `known_until` seconds."""

    def __init__(self, voices: Sequence[int]) -> None:
        """`voices`: indices of the labels of voices; without any there are no borders."""
        self._voices = list(voices)
        self._frames = 0
        self._borders: list[float] = []
        self._voice_end: float | None = None
        self._finished = False

    @property
    def known_until(self) -> float:
        """A border before this time has been found."""
        if self._finished or not self._voices:
            return float("inf")
        heard = self._frames * HOP_SECONDS
        return heard if self._voice_end is None else min(heard, self._voice_end)

    def add(self, scores: npt.NDArray[np.float32]) -> None:
        """`scores`: float32[frames, labels]."""
        if not self._voices:
            return
        for voiced in scores[:, self._voices].max(axis=1) >= FAINTEST_VOICE:
            if voiced:
                self._hear_voice(self._frames * HOP_SECONDS)
            self._frames += 1

    def finish(self) -> None:
        """The recording is over."""
        if not self._finished and self._voice_end is not None and self._frames * HOP_SECONDS - self._voice_end >= SHORTEST_STRETCH_SECONDS:
            self._borders.append(self._voice_end)
        self._finished = True

    def next_after(self, position: float) -> float | None:
        """The first border after `position` (seconds); earlier ones are forgotten. None: no border up to `known_until`."""
        while self._borders and self._borders[0] <= position:
            self._borders.pop(0)
        return self._borders[0] if self._borders else None

    def _hear_voice(self, start: float) -> None:
        end = 0.0 if self._voice_end is None else self._voice_end
        if start - end >= SHORTEST_STRETCH_SECONDS:
            if self._voice_end is not None:
                self._borders.append(end)
            self._borders.append(start)
        self._voice_end = start + PATCH_SECONDS
