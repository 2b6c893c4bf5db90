"""Every container that the product promises, made with real encoders from a real recording."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
import pytest

from backend.processing import media_errors
from backend.processing.decode import SAMPLE_RATE
from backend.processing.decoder import Decoder
from test.backend.processing import media
from test.backend.processing.media import about

# Lossy codecs pad their first and last frame.
PADDING_SECONDS = 0.15
Decode: TypeAlias = Callable[[Path], np.ndarray]


@pytest.fixture(scope="module", name="decoder")
def decoder_of_all() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def decode(decoder: Decoder) -> Decode:
    def run(path: Path) -> np.ndarray:
        with decoder.open(path) as track:
            return np.concatenate(list(track))

    return run


def shift_of(found: np.ndarray, original: np.ndarray) -> float:
    """Seconds by which `found` lags behind `original`, by the peak of their cross-correlation."""
    size = 1 << (len(found) + len(original) - 1).bit_length()
    correlation = np.fft.irfft(np.fft.rfft(found, size) * np.conj(np.fft.rfft(original, size)), size)
    at = int(np.argmax(correlation))
    return (at if at < size // 2 else at - size) / SAMPLE_RATE


@pytest.mark.parametrize("kind", media.CONTAINERS, ids=lambda kind: kind.extension)
def test_every_container_keeps_length_position_and_sound(decode: Decode, decoder: Decoder, kind: media.Container, tmp_path: Path) -> None:
    original = media.samples_of(media.JFK)
    path = media.write(tmp_path / f"speech.{kind.extension}", kind, original)

    found = decode(path)

    assert found.dtype == np.float32
    assert len(found) / SAMPLE_RATE == about(11.0, abs=PADDING_SECONDS)
    assert abs(shift_of(found, original)) < 0.06
    assert np.sqrt(np.mean(found**2)) == about(np.sqrt(np.mean(original**2)), rel=0.1)
    with decoder.open(path) as track:
        assert track.facts.has_video is (kind.video is not None)


def test_blocks_have_one_length_and_together_are_the_recording(decode: Decode, decoder: Decoder) -> None:
    with decoder.open(media.JFK, block_seconds=2.0) as track:
        blocks = list(track)
    assert [len(block) for block in blocks[:-1]] == [2 * SAMPLE_RATE] * 5
    assert np.array_equal(np.concatenate(blocks), decode(media.JFK))


def test_the_default_sound_track_is_heard(decode: Decode, tmp_path: Path) -> None:
    kind = next(kind for kind in media.CONTAINERS if kind.extension == "mkv")
    path = media.write(tmp_path / "two tracks.mkv", kind, media.samples_of(media.JFK), tracks=("eng", "deu"))
    assert np.abs(decode(path)).max() > 0.1


def test_a_gap_in_the_time_stamps_stays_a_gap(decode: Decode, tmp_path: Path) -> None:
    """A phone recording that was paused: what follows must not move to an earlier second."""
    path = tmp_path / "gap.mkv"
    original = media.samples_of(media.JFK)[: 4 * SAMPLE_RATE]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono")
        for start in (0.0, 10.0):
            for at in range(0, len(original), 1600):
                part = (original[at : at + 1600] * 32767).astype(np.int16).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate = SAMPLE_RATE
                frame.pts = round(start * SAMPLE_RATE) + at
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))

    found = decode(path)

    assert len(found) / SAMPLE_RATE == about(14.0, abs=0.1)
    assert abs(shift_of(found[9 * SAMPLE_RATE :], original) - 1.0) < 0.05


def test_a_file_that_is_cut_off_gives_what_is_there(decode: Decode, tmp_path: Path) -> None:
    kind = next(kind for kind in media.CONTAINERS if kind.extension == "mp3")
    whole = media.write(tmp_path / "whole.mp3", kind, media.samples_of(media.JFK))
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert len(decode(cut)) / SAMPLE_RATE == about(5.5, abs=0.3)


def test_not_a_number_in_a_float_file_becomes_silence(decode: Decode, tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    samples = np.full(SAMPLE_RATE, 0.1, np.float32)
    samples[100] = np.nan
    samples[200] = np.inf
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_f32le", rate=SAMPLE_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        out.mux(stream.encode(frame))
    found = decode(path)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1.0


def test_a_film_without_a_sound_track_says_so_and_how_long_it_is(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=5, width=64, height=48, pix_fmt="yuv420p")
        for at in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), at, np.uint8), format="rgb24")
            frame.pts = at
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(media_errors.NoSoundTrack) as found:
        decoder.open(path)
    assert found.value.duration == about(2.0, abs=0.3)


@pytest.mark.parametrize("content", [b"", b"this is not a recording" * 100], ids=["empty", "text"])
def test_what_is_no_recording_is_damaged(decode: Decode, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(media_errors.DamagedMedia) as found:
        decode(path)
    assert found.value.problem.next_step


def test_a_missing_file_has_vanished(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(media_errors.MediaVanished):
        decoder.open(tmp_path / "gone.mp3")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EACCES, media_errors.MediaDenied),
        (errno.ENOENT, media_errors.MediaVanished),
        (errno.EIO, media_errors.MediaReadFailed),
    ],
)
def test_operating_system_errors_have_their_own_sentences(number: int, kind: type[media_errors.MediaError]) -> None:
    assert type(media_errors.from_os_error(OSError(number, "why"))) is kind
