"""Frames of a recording that arrives in blocks: the same frames as if it were tagged whole."""

import numpy as np
import numpy.typing as npt

from backend.processing.decode import Samples
from backend.processing.sound_tagger import HOP_SAMPLES, PATCH_SAMPLES, SoundTagger


class FrameStream:
    """Feeds a SoundTagger so that frame i covers the samples from i * HOP_SAMPLES on, whatever the length of the blocks."""

    def __init__(self, tagger: SoundTagger) -> None:
        self._tagger = tagger
        self._held: Samples = np.zeros(0, np.float32)
        self._any = False

    def add(self, block: Samples) -> npt.NDArray[np.float32]:
        """Scores of the frames that this block completes: float32[frames, labels], possibly none."""
        self._held = np.concatenate([self._held, block])
        frames = (len(self._held) - PATCH_SAMPLES) // HOP_SAMPLES + 1
        if frames < 1:
            return self._none()
        # A model may add a padded frame after samples that fit exactly: only whole frames are taken before the end.
        scores = self._tagger.scores(self._held[: (frames - 1) * HOP_SAMPLES + PATCH_SAMPLES])[:frames]
        if len(scores) != frames:
            raise ValueError(f"the tagger gave {len(scores)} frames for {frames}")
        self._held = self._held[frames * HOP_SAMPLES :].copy()
        self._any = True
        return scores

    def finish(self) -> npt.NDArray[np.float32]:
        """Scores of the last frame, which reaches past the end of the recording, if there is one."""
        covered = PATCH_SAMPLES - HOP_SAMPLES if self._any else 0
        rest, self._held = self._held, np.zeros(0, np.float32)
        return self._tagger.scores(rest) if len(rest) > covered else self._none()

    def _none(self) -> npt.NDArray[np.float32]:
        return np.zeros((0, len(self._tagger.labels)), np.float32)
