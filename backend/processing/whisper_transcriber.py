"""The reference speech engine: openai-whisper.

The window loop is that of `whisper.transcribe`, taken apart so that a long file is streamed, stopped between windows and
encoded once a window: language, temperature fall-back and word times share one pass of the encoder, which is the
dearest part. Text decoding, language detection and word alignment are whisper's own functions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.processing.cancellation import Cancelled, StopCheck
from backend.processing.decode import SAMPLE_RATE, Samples
from backend.processing.spoken_language import SpokenLanguage, iso_639_1
from backend.processing.transcriber import MOST_NO_SPEECH, HeardWindow, Transcription
from backend.processing.transcript import SpeechSegment, Word, split_into_clauses, start_of, text_of
from backend.processing.whisper_tokens import CutWindow, cut_at_timestamps

if TYPE_CHECKING:
    from torch import Tensor
    from whisper import Whisper
    from whisper.decoding import DecodingResult

# Whisper's own limits (Radford et al. 2022, section 4.5): beyond them a decoding is a loop or a guess, and a higher
# temperature is tried. Three temperatures instead of its six bound the time of a hopeless window.
TEMPERATURES = (0.0, 0.4, 0.8)
MOST_COMPRESSION = 2.4
LEAST_LOGPROB = -1.0
# -80 dBFS: below the noise of any microphone. Whisper invents words in digital silence.
SILENT_PEAK = 1e-4
# Less than a word: what is left of a recording after its last sentence.
SHORTEST_TAIL_SECONDS = 1.0
SHORTEST_STEP_SECONDS = 1.0


class WhisperTranscriber:
    """A whisper model on the CPU. Not thread-safe: one recording at a time."""

    def __init__(self, checkpoint: Path, threads: int) -> None:
        """Load `checkpoint` (a `base.pt`). Imports torch: seconds. Raises what torch raises for a broken file."""
        import torch
        import whisper
        from whisper.timing import dtw

        torch.set_num_threads(threads)
        self._model = whisper.load_model(str(checkpoint), device="cpu")
        heads = _alignment_heads(self._model)
        if heads is not None:
            self._model.set_alignment_heads(heads)
        # numba compiles it at its first call, for seconds that cannot be interrupted.
        dtw(torch.zeros(2, 2))

    def begin(self) -> Transcription:
        return _Transcription(self._model)


class _Transcription:
    def __init__(self, model: "Whisper") -> None:
        self._model = model
        self._language = SpokenLanguage()
        self._spoken_until = 0.0

    def hear(self, window: Samples, at: float, is_last: bool, should_stop: StopCheck) -> HeardWindow:
        import torch

        if not len(window) or float(np.abs(window).max()) < SILENT_PEAK:
            return HeardWindow((), len(window))
        with torch.inference_mode(), _stoppable(self._model, should_stop):
            return self._hear(window, at, is_last)

    def _hear(self, window: Samples, at: float, is_last: bool) -> HeardWindow:
        import torch
        import whisper

        mel = whisper.log_mel_spectrogram(torch.from_numpy(whisper.pad_or_trim(window)), self._model.dims.n_mels)
        features = self._model.embed_audio(mel.unsqueeze(0))[0]
        language, probabilities = self._detect_language(features)
        decoded = self._decode(features, language)
        if decoded is None:
            return HeardWindow((), len(window))
        seconds = len(window) / SAMPLE_RATE
        tokenizer = _tokenizer(self._model, language)
        cut = cut_at_timestamps(decoded.tokens, tokenizer.timestamp_begin, seconds)
        words = self._align(cut, features, tokenizer, seconds, at)
        segments = tuple(
            SpeechSegment(
                start=start_of(piece),
                end=piece[-1].end,
                text=text_of(piece),
                language=iso_639_1(language),
                no_speech_prob=decoded.no_speech_prob,
                avg_logprob=decoded.avg_logprob,
            )
            for piece in split_into_clauses(words)
            if text_of(piece)
        )
        self._language.accept(probabilities)
        if segments:
            self._spoken_until = segments[-1].end
        return HeardWindow(segments, self._step(cut, segments, at, len(window), is_last))

    def _detect_language(self, features: "Tensor") -> tuple[str, dict[str, float]]:
        import whisper

        if not self._model.is_multilingual:
            return "en", {"en": 1.0}
        _, probabilities = whisper.detect_language(self._model, features)
        return self._language.consider(probabilities), probabilities

    def _decode(self, features: "Tensor", language: str) -> "DecodingResult | None":
        """The first decoding within whisper's limits, or None where there is no speech or none that can be trusted."""
        import torch
        import whisper

        # no_speech_prob is known after one token; a window of rain need not be decoded into two hundred invented ones.
        glance = self._model.decode(features, whisper.DecodingOptions(language=language, fp16=False, sample_len=1))
        if glance.no_speech_prob > MOST_NO_SPEECH:
            return None
        for temperature in TEMPERATURES:
            torch.manual_seed(0)
            options = whisper.DecodingOptions(language=language, temperature=temperature, fp16=False)
            result = self._model.decode(features, options)
            if result.compression_ratio <= MOST_COMPRESSION and result.avg_logprob >= LEAST_LOGPROB:
                return result
        return None

    def _align(self, cut: CutWindow, features: "Tensor", tokenizer: Any, seconds: float, at: float) -> list[Word]:
        """Words with their times in seconds from the start of the recording."""
        from whisper.audio import FRAMES_PER_SECOND
        from whisper.timing import add_word_timestamps

        stretches: list[dict[str, Any]] = [
            {"seek": 0, "start": stretch.start, "end": stretch.end, "tokens": list(stretch.tokens)}
            for stretch in cut.stretches
            if stretch.end > stretch.start
        ]
        add_word_timestamps(
            segments=stretches,
            model=_Encoded(self._model, features),
            tokenizer=tokenizer,
            mel=features,
            num_frames=round(seconds * FRAMES_PER_SECOND),
            last_speech_timestamp=self._spoken_until - at,
        )
        return [
            Word(word["word"], at + min(float(word["start"]), seconds), at + min(float(word["end"]), seconds))
            for stretch in stretches
            for word in stretch["words"]
        ]

    def _step(self, cut: CutWindow, segments: Sequence[SpeechSegment], at: float, length: int, is_last: bool) -> int:
        consumed = cut.consumed
        if segments and not cut.ends_in_silence:
            # As whisper does with word times: the next window begins right after the last whole word.
            consumed = segments[-1].end - at
        left = length / SAMPLE_RATE - consumed
        if is_last and left < SHORTEST_TAIL_SECONDS:
            return length
        return min(length, round(max(consumed, SHORTEST_STEP_SECONDS) * SAMPLE_RATE))


@dataclass(frozen=True, slots=True)
class _Encoded:
    """Stands for the model in whisper's alignment, which would encode the window once more."""

    model: "Whisper"
    features: "Tensor"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def __call__(self, _mel: "Tensor", tokens: "Tensor") -> "Tensor":
        logits: Tensor = self.model.decoder(tokens, self.features.unsqueeze(0))
        return logits


@contextmanager
def _stoppable(model: "Whisper", should_stop: StopCheck) -> Iterator[None]:
    """Raise Cancelled before the next token: a window on a busy machine takes longer than a person waits for an exit."""

    def check(*_: object) -> None:
        if should_stop():
            raise Cancelled

    hooks = [part.register_forward_pre_hook(check) for part in (model.encoder, model.decoder, *model.encoder.blocks)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _tokenizer(model: "Whisper", language: str) -> Any:
    from whisper.tokenizer import get_tokenizer

    return get_tokenizer(model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe")


def _alignment_heads(model: "Whisper") -> bytes | None:
    """The heads that follow the words in time, which whisper sets only for models loaded by name."""
    from whisper import _ALIGNMENT_HEADS

    names = {(6, 8, 51865): "base", (4, 6, 51865): "tiny", (12, 12, 51865): "small"}
    name = names.get((model.dims.n_text_layer, model.dims.n_text_head, model.dims.n_vocab))
    heads: bytes | None = _ALIGNMENT_HEADS.get(name)
    return heads
