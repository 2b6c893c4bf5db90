"""Real recordings for the tests, and files of every container made from them with PyAV's own encoders."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np
import numpy.typing as npt
import pytest

if TYPE_CHECKING:
    Packet = av.Packet[Any]

CHECKOUT = Path(__file__).resolve().parents[3]
SAMPLE_LIBRARY = CHECKOUT / "test" / "fixtures" / "sample-library"
JFK = SAMPLE_LIBRARY / "Recordings" / "jfk.flac"
SHARED_SOUNDS = CHECKOUT.parent / "shared" / "fixtures" / "sounds"
RATE = 16_000


@dataclass(frozen=True)
class Container:
    """How to write one kind of file: extension, FFmpeg's format name if the extension does not say it, codecs, sample rate."""

    extension: str
    audio: str
    rate: int
    video: str | None = None
    format: str | None = None


CONTAINERS = [
    Container("mp3", "libmp3lame", 44_100),
    Container("wav", "pcm_s16le", 44_100),
    Container("flac", "flac", 48_000),
    Container("aac", "aac", 44_100, format="adts"),
    Container("ogg", "vorbis", 44_100),
    Container("m4a", "aac", 44_100, format="ipod"),
    Container("opus", "libopus", 48_000, format="ogg"),
    Container("wma", "wmav2", 44_100, format="asf"),
    Container("mp4", "aac", 44_100, "libx264"),
    Container("mov", "aac", 44_100, "mpeg4"),
    Container("mkv", "libopus", 48_000, "libx264", format="matroska"),
    Container("avi", "libmp3lame", 44_100, "mpeg4"),
    Container("webm", "libopus", 48_000, "libvpx-vp9"),
    Container("m4v", "aac", 44_100, "libx264", format="mp4"),
    Container("wmv", "wmav2", 44_100, "wmv2", format="asf"),
    Container("flv", "aac", 44_100, "flv"),
]


def about(value: Any, *, abs: float | None = None, rel: float | None = None) -> Any:  # noqa: A002
    """pytest.approx, to be compared inside tuples and lists, where its own type forbids it."""
    return pytest.approx(value, abs=abs, rel=rel)


def samples_of(path: Path) -> npt.NDArray[np.float32]:
    """A whole small file at 16 kHz mono, decoded here and not by the code under test."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def silence(seconds: float) -> npt.NDArray[np.float32]:
    return np.zeros(round(seconds * RATE), np.float32)


def write_wav(path: Path, samples: npt.NDArray[np.float32]) -> Path:
    return write(path, Container("wav", "pcm_s16le", RATE), samples)


def write_long_wav(path: Path, seconds: float, tail: npt.NDArray[np.float32] | None = None) -> Path:
    """Silence that takes no room on most disks, `tail` at its end. Up to 37 hours."""
    tail = silence(0.0) if tail is None else tail
    size = round(seconds * RATE) * 2
    with path.open("wb") as out:
        out.write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", size))
        out.truncate(44 + size)
        out.seek(44 + size - 2 * len(tail))
        out.write((tail * 32767).astype("<i2").tobytes())
    return path


def write(path: Path, kind: Container, samples: npt.NDArray[np.float32], tracks: Sequence[str] = ("eng",)) -> Path:
    """Encode 16 kHz mono `samples` as `kind`, stereo as most files are, with a moving picture where it is a film.

    `tracks`: a sound track for each language; the first holds the samples, the others silence.
    """
    with av.open(str(path), "w", format=kind.format) as out:
        video = cast(av.VideoStream, out.add_stream(kind.video, rate=5, width=64, height=48, pix_fmt="yuv420p")) if kind.video else None
        audio = []
        for language in tracks:
            stream = cast(av.AudioStream, out.add_stream(kind.audio, rate=kind.rate, layout="stereo"))
            stream.codec_context.bit_rate = 128_000
            if kind.audio == "vorbis":
                stream.codec_context.options = {"strict": "experimental"}
            stream.metadata["language"] = language
            audio.append(stream)
        packets: list[Packet] = []
        if video is not None:
            for at in range(round(len(samples) / RATE * 5)):
                picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), (at * 7) % 256, np.uint8), format="rgb24")
                picture.pts, picture.time_base = at, Fraction(1, 5)
                packets += video.encode(picture)
            packets += video.encode(None)
        for at, stream in enumerate(audio):
            packets += _encode(stream, samples if at == 0 else np.zeros_like(samples))
        for packet in sorted(packets, key=lambda packet: float((packet.dts or 0) * packet.time_base)):
            out.mux(packet)
    return path


def _encode(stream: "av.AudioStream", samples: npt.NDArray[np.float32]) -> "list[Packet]":
    context = stream.codec_context
    resampler = av.AudioResampler(format=context.format, layout="stereo", rate=context.sample_rate, frame_size=context.frame_size or None)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate = RATE
    frame.pts = 0
    frames = [*resampler.resample(frame), *resampler.resample(None), None]
    return [packet for resampled in frames for packet in stream.encode(resampled)]
