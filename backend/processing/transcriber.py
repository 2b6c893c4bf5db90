"""What turns speech into words. Engines differ; all hear a recording as a sequence of windows that they advance themselves."""

from dataclasses import dataclass
from typing import Protocol

from backend.processing.cancellation import StopCheck
from backend.processing.decode import SAMPLE_RATE, Samples
from backend.processing.transcript import SpeechSegment

WINDOW_SECONDS = 30
WINDOW_SAMPLES = WINDOW_SECONDS * SAMPLE_RATE
# The rule of the product: a window that the model itself takes for speech with less certainty has no words.
MOST_NO_SPEECH = 0.25


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """Result of one window. `consumed`: samples until the next window begins, 1 to the window's length."""

    segments: tuple[SpeechSegment, ...]
    consumed: int


class Transcription(Protocol):
    """One recording being transcribed: holds what carries over from window to window, as the language."""

    def hear(self, window: Samples, at: float, is_last: bool, should_stop: StopCheck) -> HeardWindow:
        """Decode a window of float32[n], n <= WINDOW_SAMPLES and smaller only when `is_last`, that begins `at` seconds.

        Times of the segments are seconds from the start of the recording. Raises Cancelled, after which the same window can
        be heard again.
        """


class Transcriber(Protocol):
    """A loaded speech model."""

    def begin(self) -> Transcription:
        """Start on a new recording."""
