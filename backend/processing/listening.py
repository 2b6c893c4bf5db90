"""Listen to one recording from start to end: a single decode, heard window by window by both engines."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from backend.processing.cancellation import Cancelled, StopCheck
from backend.processing.decode import SAMPLE_RATE, Samples
from backend.processing.decoder import DecodedTrack
from backend.processing.sound_frames import FrameStream
from backend.processing.sound_segments import SoundSegment, SoundSegmenter, frame_times, frames_in_speech, join_speech
from backend.processing.sound_tagger import PATCH_SECONDS, SoundTagger
from backend.processing.sound_words import searchable
from backend.processing.transcriber import WINDOW_SAMPLES, WINDOW_SECONDS, Transcriber, Transcription
from backend.processing.transcript import SpeechSegment
from backend.processing.voice_borders import VoiceBorders, voice_indices
from backend.processing.windows import SlidingWindow

# Sounds between the sentences of a speaker are breath and room; a longer pause can hold a bark.
SPEECH_PAUSE_SECONDS = 1.0
# A patch that touches kept speech hears it as a voice; its words say more than the label.
VOICE_MARGIN_SECONDS = PATCH_SECONDS

OnProgress: TypeAlias = Callable[[float, float | None], None]
"""Called with seconds done and seconds in all (None where the container does not say)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recording holds. `language`: ISO 639-1 of most of its speech; `duration`: seconds that were decoded."""

    duration: float
    has_video: bool
    language: str | None
    speech: tuple[SpeechSegment, ...]
    sounds: tuple[SoundSegment, ...]


class Listening:
    """One recording being heard. What was heard so far outlasts a stop: `run` again goes on where it was stopped."""

    def __init__(self, track: DecodedTrack, transcriber: Transcriber | None, tagger: SoundTagger | None) -> None:
        """`track` is heard with the engines that there are, and closed with this."""
        self._track = track
        self._sounds = _Sounds(tagger) if tagger else None
        self._speech = _Speech(transcriber.begin() if transcriber else None, self._sounds.borders if self._sounds else None)

    @property
    def duration(self) -> float | None:
        """What the container says, in seconds."""
        return self._track.facts.duration

    def close(self) -> None:
        self._track.close()

    def run(self, should_stop: StopCheck, on_progress: OnProgress) -> Heard:
        """Hear the recording to its end. Raises a MediaError, or Cancelled as soon as `should_stop` says so."""
        while (block := self._track.read(should_stop)) is not None:
            self._speech.add(block)
            if self._sounds:
                self._sounds.add(block)
            self._hear(should_stop, on_progress)
        self._speech.finish()
        if self._sounds:
            self._sounds.end()
        self._hear(should_stop, on_progress)
        return Heard(
            duration=self._speech.end,
            has_video=self._track.facts.has_video,
            language=_main_language(self._speech.segments),
            speech=tuple(self._speech.segments),
            sounds=tuple(self._sounds.finish(self._speech.end, self._speech.segments)) if self._sounds else (),
        )

    def _hear(self, should_stop: StopCheck, on_progress: OnProgress) -> None:
        total = self._track.facts.duration
        _check(should_stop)
        while self._speech.step(should_stop):
            if self._sounds:
                self._sounds.settle(self._speech.position, self._speech.segments)
            on_progress(self._speech.position, total if total is None else max(total, self._speech.end))
            _check(should_stop)


class _Speech:
    """The speech engine's way through a recording; without an engine it only keeps the time."""

    def __init__(self, transcription: Transcription | None, borders: VoiceBorders | None) -> None:
        self._transcription = transcription
        self._borders = borders
        self._window = SlidingWindow()
        self._finished = False
        self.segments: list[SpeechSegment] = []

    @property
    def position(self) -> float:
        return self._window.seconds

    @property
    def end(self) -> float:
        """Seconds decoded so far."""
        return self._window.end / SAMPLE_RATE

    def add(self, block: Samples) -> None:
        self._window.append(block)

    def finish(self) -> None:
        """No more blocks will come."""
        self._finished = True

    def step(self, should_stop: StopCheck) -> bool:
        """Hear the next window if it is known where it ends; False when more blocks are needed first."""
        length, is_last = self._next_window()
        if not length:
            return False
        consumed = length
        if self._transcription is not None:
            heard = self._transcription.hear(self._window.peek(length), self.position, is_last, should_stop)
            self.segments.extend(heard.segments)
            consumed = heard.consumed
        self._window.advance(consumed)
        return True

    def _next_window(self) -> tuple[int, bool]:
        """Samples of the next window, 0 while unknown, and whether what follows belongs to another stretch."""
        border = self._borders.next_after(self.position) if self._borders else None
        known = self._borders.known_until if self._borders else float("inf")
        to_border = None if border is None else max(1, round(border * SAMPLE_RATE) - self._window.position)
        if to_border is not None and to_border <= WINDOW_SAMPLES and self._window.has(to_border):
            return to_border, True
        held = self._window.end - self._window.position
        if self._finished:
            return min(held, WINDOW_SAMPLES), held <= WINDOW_SAMPLES
        # One sample more than a window, so that the end of the recording is never taken for its middle.
        sure = held > WINDOW_SAMPLES and self.position + WINDOW_SECONDS <= known
        return (WINDOW_SAMPLES, False) if sure else (0, False)


class _Sounds:
    """Tags frames as they are decoded and settles them once it is known which of them are speech."""

    def __init__(self, tagger: SoundTagger) -> None:
        self._frames = FrameStream(tagger)
        self._segmenter = SoundSegmenter(tagger.labels, searchable(tagger.labels))
        self._waiting: deque[npt.NDArray[np.float32]] = deque()
        self._settled = 0
        self._voices = voice_indices(tagger.labels)
        self.borders = VoiceBorders(self._voices)

    def add(self, block: Samples) -> None:
        self._take(self._frames.add(block))

    def end(self) -> None:
        """No more blocks will come. Again after a stop, it changes nothing."""
        self._take(self._frames.finish())
        self.borders.finish()

    def settle(self, position: float, speech: list[SpeechSegment]) -> None:
        """No word before `position` will be heard any more."""
        count = 0
        while count < len(self._waiting) and frame_times(self._settled + count)[1] <= position:
            count += 1
        self._settle(count, speech)

    def finish(self, duration: float, speech: list[SpeechSegment]) -> list[SoundSegment]:
        self._settle(len(self._waiting), speech)
        return self._segmenter.finish(duration)

    def _take(self, scores: npt.NDArray[np.float32]) -> None:
        self.borders.add(scores)
        self._waiting.extend(scores)

    def _settle(self, count: int, speech: list[SpeechSegment]) -> None:
        if not count:
            return
        start, _ = frame_times(self._settled)
        margin = VOICE_MARGIN_SECONDS
        near = [(s.start, s.end) for s in speech if s.end > start - SPEECH_PAUSE_SECONDS - margin]
        scores = np.stack([self._waiting.popleft() for _ in range(count)])
        beside = frames_in_speech(self._settled, count, join_speech([(a - margin, b + margin) for a, b in near], 0.0))
        for voice in self._voices:
            scores[beside, voice] = 0.0
        self._segmenter.add(scores, frames_in_speech(self._settled, count, join_speech(near, SPEECH_PAUSE_SECONDS)))
        self._settled += count


def _check(should_stop: StopCheck) -> None:
    if should_stop():
        raise Cancelled


def _main_language(speech: list[SpeechSegment]) -> str | None:
    seconds: dict[str, float] = {}
    for segment in speech:
        seconds[segment.language] = seconds.get(segment.language, 0.0) + segment.end - segment.start
    return max(seconds, key=seconds.__getitem__) if seconds else None
