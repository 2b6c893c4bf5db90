"""From scores of frames to sounds with a start and an end.

Double threshold (Dinkel et al. 2021, "Towards duration robust weakly supervised sound event detection", IEEE/ACM TASLP 29):
a sound lasts while its score stays above a low threshold and counts when it passes a high one somewhere in between.
YAMNet's scores are sigmoids trained one by one and not calibrated against each other (its README), so besides 0.5, where the
model itself thinks the sound more likely than not, a weaker score counts when it is among the best explanations of its frame.
The numbers are from there and from the model's framing; none was fitted to a recording.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backend.processing.sound_tagger import HOP_SECONDS, PATCH_SECONDS

CERTAIN = 0.5
POSSIBLE = 0.3
BEST_RANKS = 3
SHARE_OF_BEST = 0.5
LASTING = 0.2
# Barks of one dog: silences up to two frames, about the length of the model's own window, do not end a sound.
GAP_FRAMES = 2
# Of a recording without speech in which nothing counts, the best guess is kept down to here: better than a file that no word finds.
GUESS = 0.1


@dataclass(frozen=True, slots=True)
class SoundSegment:
    """A sound from `start` to `end` (seconds); `score` is the highest of its frames, 0 to 1."""

    start: float
    end: float
    label: str
    score: float


@dataclass(slots=True)
class _Run:
    first: int
    last: int
    score: float
    counts: bool


class SoundSegmenter:
    """Takes frames in order, in any number at a time; memory grows with the sounds found, not with the recording."""

    def __init__(self, labels: Sequence[str], searchable: npt.NDArray[np.bool_]) -> None:
        """`searchable`: bool[labels], false for labels that nobody looks for."""
        self._labels = tuple(labels)
        self._searchable = searchable
        self._runs: dict[int, _Run] = {}
        self._closed: list[tuple[int, _Run]] = []
        self._frames = 0
        self._heard_speech = False
        self._best = (GUESS, -1, -1)

    def add(self, scores: npt.NDArray[np.float32], in_speech: npt.NDArray[np.bool_]) -> None:
        """`scores`: float32[frames, labels]; `in_speech`: bool[frames], true where words were kept: no sound is tagged there."""
        for frame, speech in zip(scores, in_speech, strict=True):
            if speech:
                self._heard_speech = True
                self._close(range(len(self._labels)))
            else:
                self._add(frame)
            self._frames += 1

    def finish(self, duration: float) -> list[SoundSegment]:
        """All sounds by start, then by score; positions are cut to `duration` seconds."""
        self._close(range(len(self._labels)))
        score, frame, label = self._best
        if not self._closed and not self._heard_speech and label >= 0:
            self._closed.append((label, _Run(frame, frame, score, True)))
        found = [self._segment(label, run, duration) for label, run in self._closed]
        return sorted((sound for sound in found if sound.end > sound.start), key=lambda sound: (sound.start, -sound.score))

    def _add(self, frame: npt.NDArray[np.float32]) -> None:
        counts = counting(frame) & self._searchable
        lasting = (frame >= LASTING) & self._searchable
        for label in np.flatnonzero(lasting):
            self._extend(int(label), float(frame[label]), bool(counts[label]))
        self._close(label for label, run in list(self._runs.items()) if self._frames - run.last > GAP_FRAMES)
        top = int(np.argmax(np.where(self._searchable, frame, -1.0)))
        if frame[top] > self._best[0]:
            self._best = (float(frame[top]), self._frames, top)

    def _extend(self, label: int, score: float, counts: bool) -> None:
        run = self._runs.get(label)
        if run is None:
            self._runs[label] = _Run(self._frames, self._frames, score, counts)
            return
        run.last = self._frames
        run.score = max(run.score, score)
        run.counts = run.counts or counts

    def _close(self, labels: Iterable[int]) -> None:
        for label in labels:
            run = self._runs.pop(label, None)
            if run is not None and run.counts:
                self._closed.append((label, run))

    def _segment(self, label: int, run: _Run, duration: float) -> SoundSegment:
        last = run.last == self._frames - 1
        start, _ = frame_times(run.first)
        _, end = frame_times(run.last)
        return SoundSegment(min(start, duration), duration if last else min(end, duration), self._labels[label], run.score)


def counting(frame: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which labels of one frame count: above CERTAIN, or a POSSIBLE one of the BEST_RANKS with SHARE_OF_BEST of the best."""
    best = float(frame.max())
    ranks = min(BEST_RANKS, len(frame))
    least_of_best = np.partition(frame, -ranks)[-ranks]
    possible = (frame >= POSSIBLE) & (frame >= least_of_best) & (frame >= SHARE_OF_BEST * best)
    found: npt.NDArray[np.bool_] = (frame >= CERTAIN) | possible
    return found


def frame_times(frame: int) -> tuple[float, float]:
    """Start and end in seconds of the stretch that a frame stands for: the middle of its patch, and the start for the first.

    The patch itself is twice as long; its ends belong as much to its neighbours.
    """
    margin = (PATCH_SECONDS - HOP_SECONDS) / 2
    start = frame * HOP_SECONDS + margin
    return (0.0 if frame == 0 else start), start + HOP_SECONDS


def frames_in_speech(first: int, count: int, speech: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """bool[count] for frames from `first` on: more than half of what the frame stands for lies in kept speech."""
    inside = np.zeros(count, bool)
    for at in range(count):
        start, end = frame_times(first + at)
        overlap = sum(max(0.0, min(end, until) - max(start, since)) for since, until in speech)
        inside[at] = overlap > (end - start) / 2
    return inside


def join_speech(speech: Sequence[tuple[float, float]], pause: float) -> list[tuple[float, float]]:
    """Stretches of speech in order, those no more than `pause` seconds apart made one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(speech):
        if joined and start - joined[-1][1] <= pause:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
