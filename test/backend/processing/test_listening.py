"""The real engines on real recordings, against what is known to be in them."""

import json
import re
import wave
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from backend.processing.cancellation import Cancelled, never
from backend.processing.decoder import Decoder
from backend.processing.listening import Heard, Listening
from backend.processing.sound_frames import FrameStream
from backend.processing.sound_tagger import SoundTagger, YamnetTagger
from backend.processing.transcriber import WINDOW_SAMPLES, Transcriber
from backend.processing.transcript import SpeechSegment
from backend.processing.whisper_transcriber import WhisperTranscriber
from test.backend.processing import media

SHORT = 1.0
# In words of the cues' own sentence; the model writes 4,200 for "four thousand two hundred".
SAME_WORDS = 0.6
CLIPS = {
    "applause": {"Applause"},
    "baby_cry": {"Baby cry, infant cry", "Crying, sobbing"},
    "car_horn": {"Vehicle horn, car horn, honking"},
    "dog": {"Dog", "Bark"},
    "guitar": {"Guitar", "Music"},
    "rain": {"Rain"},
    "thunder": {"Thunder", "Thunderstorm"},
}
CUES = json.loads((media.CHECKOUT / "test" / "fixtures" / "sample-library.json").read_text(encoding="utf-8"))["cues"]
JFK_CLAUSES = {"my fellow Americans": 0.3, "ask not what your country": 3.25, "ask what you can do for your country": 7.8}


def hear(path: Path, whisper: Transcriber | None, yamnet: SoundTagger | None) -> Heard:
    with Decoder() as decoder:
        listening = Listening(decoder.open(path), whisper, yamnet)
        try:
            return listening.run(never, lambda done, total: None)
        finally:
            listening.close()


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def find(speech: tuple[SpeechSegment, ...], phrase: str, after: float = 0.0) -> SpeechSegment:
    return next(s for s in speech if s.start >= after - SHORT and plain(phrase) in plain(s.text))


def test_jfk_is_found_at_its_second(whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    heard = hear(media.JFK, whisper, yamnet)
    for clause, second in JFK_CLAUSES.items():
        assert find(heard.speech, clause).start == pytest.approx(second, abs=SHORT)
    assert heard.language == "en"
    assert heard.duration == pytest.approx(11.0, abs=0.01)
    assert all(segment.no_speech_prob <= 0.25 for segment in heard.speech)
    assert heard.sounds == ()


@pytest.mark.parametrize("file", sorted({cue["file"] for cue in CUES}))
def test_every_cue_of_the_sample_library_is_heard_at_its_second(file: str, whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    heard = hear(media.SAMPLE_LIBRARY / file, whisper, yamnet)
    for cue in (cue for cue in CUES if cue["file"] == file):
        if cue["kind"] == "sound":
            assert any(s.label == cue["text"] and s.start < cue["end"] and s.end > cue["start"] for s in heard.sounds), cue
            continue
        near = [s for s in heard.speech if s.end > cue["start"] and s.start < cue["end"]]
        said = plain(" ".join(s.text for s in near))
        assert min(abs(s.start - cue["start"]) for s in near) <= SHORT, cue
        assert SequenceMatcher(None, plain(cue["text"]), said).ratio() >= SAME_WORDS, (cue, said)


@pytest.mark.parametrize(("clip", "labels"), CLIPS.items())
def test_sound_clips_are_tagged(clip: str, labels: set[str], whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    path = media.SHARED_SOUNDS / f"{clip}.wav"
    if not path.exists():
        pytest.skip(f"no {clip}.wav: the clips lie beside this checkout on some machines only")
    heard = hear(path, whisper, yamnet)
    assert heard.speech == ()
    assert labels <= {sound.label for sound in heard.sounds}


def test_speech_and_sounds_in_turn_are_found_within_a_second(tmp_path: Path, whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    """Three minutes, so that windows end in the middle of everything; each part where it was put."""
    sounds = media.SAMPLE_LIBRARY / "Sounds"
    jfk = media.samples_of(media.JFK)
    rain, guitar, horn = (media.samples_of(sounds / name) for name in ("field 03.opus", "take 2.ogg", "yard.wma"))
    order = [
        *(("speech", jfk), ("Rain", rain), ("speech", jfk), ("", media.silence(9.0)), ("Guitar", guitar), ("Guitar", guitar)),
        *(("speech", jfk), ("Vehicle horn, car horn, honking", horn), ("", media.silence(20.0)), ("speech", jfk), ("Rain", rain)),
        *(("Guitar", guitar), ("speech", jfk), ("", media.silence(30.0)), ("speech", jfk)),
    ]
    path = media.write_wav(tmp_path / "long.wav", np.concatenate([part for _, part in order]))

    heard = hear(path, whisper, yamnet)

    at = 0.0
    for what, part in order:
        end = at + len(part) / media.RATE
        if what == "speech":
            for clause, second in JFK_CLAUSES.items():
                assert find(heard.speech, clause, at).start == pytest.approx(at + second, abs=SHORT), (clause, at)
        elif what:
            assert any(s.label == what and s.start < end - SHORT and s.end > at + SHORT for s in heard.sounds), (what, at)
        else:
            assert not any(s.start >= at + SHORT and s.end <= end - SHORT for s in heard.speech), at
        at = end
    first = next(sound for sound in heard.sounds if sound.label == "Guitar")
    assert first.start == pytest.approx(43.3, abs=SHORT)
    assert sum(plain("for your country") in plain(s.text) for s in heard.speech) == 6
    assert heard.duration == pytest.approx(at, abs=0.01)


def test_whisper_alone_and_yamnet_alone(whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    path = media.SAMPLE_LIBRARY / "Recordings" / "prize evening.mp3"
    words = hear(path, whisper, None)
    assert words.sounds == ()
    assert find(words.speech, "the first prize").start == pytest.approx(6.36, abs=SHORT)
    sounds = hear(path, None, yamnet)
    assert sounds.speech == ()
    assert sounds.language is None
    assert {"Applause", "Speech"} <= {sound.label for sound in sounds.sounds}


def test_a_stop_between_and_in_windows_loses_nothing(decoder: Decoder, whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    path = media.SAMPLE_LIBRARY / "Recordings" / "2024-08-19 monday.mp3"
    whole = hear(path, whisper, yamnet)
    listening = Listening(decoder.open(path), whisper, yamnet)
    done: list[float] = []
    with pytest.raises(Cancelled):
        listening.run(lambda: bool(done), lambda position, total: done.append(position))
    assert 0 < done[-1] < whole.duration
    calls = iter(range(10**6))
    with pytest.raises(Cancelled):
        # Somewhere among the tokens of the second window.
        listening.run(lambda: next(calls) > 40, lambda position, total: None)
    assert listening.run(never, lambda position, total: None) == whole
    listening.close()


def test_digital_silence_has_no_words_and_no_sounds(tmp_path: Path, whisper: WhisperTranscriber, yamnet: YamnetTagger) -> None:
    heard = hear(media.write_wav(tmp_path / "silence.wav", media.silence(65.0)), whisper, yamnet)
    assert (heard.speech, heard.sounds, heard.language) == ((), (), None)


def test_frames_of_blocks_are_the_frames_of_the_whole(yamnet: YamnetTagger) -> None:
    samples = np.concatenate([media.samples_of(media.JFK), media.samples_of(media.SAMPLE_LIBRARY / "Sounds" / "take 2.ogg")])
    whole = yamnet.scores(samples)
    for length in (1_000, 160_000, 99_999):
        stream = FrameStream(yamnet)
        parts = [stream.add(samples[at : at + length]) for at in range(0, len(samples), length)]
        assert np.allclose(np.concatenate([*parts, stream.finish()]), whole, atol=1e-4)


def test_one_window_is_what_whisper_itself_transcribes(whisper: WhisperTranscriber) -> None:
    """The window loop is ours, the words must be whisper's own."""
    import whisper as openai_whisper

    samples = media.samples_of(media.SAMPLE_LIBRARY / "Recordings" / "2024-08-19 monday.mp3")[:WINDOW_SAMPLES]
    reference = openai_whisper.transcribe(
        whisper._model, samples, fp16=False, condition_on_previous_text=False, temperature=0.0, word_timestamps=True
    )
    heard = whisper.begin().hear(samples, 0.0, False, never)
    ours = plain(" ".join(segment.text for segment in heard.segments))
    complete = [segment for segment in reference["segments"] if segment["seek"] == 0]
    assert ours == plain(" ".join(segment["text"] for segment in complete))
    assert heard.segments[-1].end == pytest.approx(complete[-1]["end"], abs=SHORT)


def test_memory_does_not_grow_with_the_recording(tmp_path: Path, decoder: Decoder, yamnet: YamnetTagger) -> None:
    """An hour, streamed: the samples alone would be 230 MB."""
    import psutil

    path = tmp_path / "hour.wav"
    noise = (np.random.default_rng(0).standard_normal(media.RATE * 60) * 300).astype("<i2").tobytes()
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, media.RATE, 0, "NONE", ""))
        for _ in range(60):
            out.writeframes(noise)
    hear(media.JFK, None, yamnet)
    process, peaks = psutil.Process(), []
    before = process.memory_info().rss
    listening = Listening(decoder.open(path), None, yamnet)
    heard = listening.run(never, lambda done, total: peaks.append(process.memory_info().rss))
    listening.close()
    assert heard.duration == pytest.approx(3600.0)
    assert max(peaks) - before < 100 * 2**20
