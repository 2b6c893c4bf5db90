"""Decode the sound track of any media file to the one form that both engines take: 16 kHz, mono, float32 in [-1, 1].

The file is streamed: memory does not grow with its length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from backend.processing.media_errors import (
    DamagedMedia,
    NoSoundTrack,
    UnsupportedCodec,
    from_os_error,
)

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SAMPLE_RATE = 16_000
BLOCK_SECONDS = 10.0
# A gap in the time stamps shorter than this is jitter of the container, not missing sound.
GAP_SECONDS = 0.1
# No honest recording jumps further than this; a broken time stamp must not fill the disk with silence.
LONGEST_GAP_SECONDS = 600.0

Samples: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What the container says: `duration` in seconds or None where it does not know, and whether it has a picture."""

    duration: float | None
    has_video: bool


class SoundTrack:
    """The sound of one file, as consecutive blocks of samples. Iterate once.

    A damaged packet is skipped and counted in `damaged_packets`; a file of which nothing decodes raises DamagedMedia.
    """

    def __init__(self, path: Path, block_seconds: float = BLOCK_SECONDS) -> None:
        """Open the file. Raises a MediaError: NoSoundTrack, DamagedMedia, UnsupportedCodec, MediaVanished, MediaDenied."""
        self.path = path
        self.damaged_packets = 0
        self._block = round(block_seconds * SAMPLE_RATE)
        self._container = _open(path)
        try:
            self.facts = _facts(self._container)
            self._stream = _sound_stream(self._container)
        except BaseException:
            self._container.close()
            raise

    def close(self) -> None:
        self._container.close()

    def __enter__(self) -> "SoundTrack":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Samples]:
        """Blocks of float32[n], n equal to the block length but for the last. Raises DamagedMedia, UnsupportedCodec."""
        pending: list[Samples] = []
        held = 0
        any_sound = False
        for samples in self._samples():
            any_sound = True
            pending.append(samples)
            held += len(samples)
            if held < self._block:
                continue
            joined = np.concatenate(pending)
            whole = held - held % self._block
            for start in range(0, whole, self._block):
                yield joined[start : start + self._block]
            pending = [joined[whole:].copy()]
            held -= whole
        if held:
            yield np.concatenate(pending)
        if not any_sound:
            raise DamagedMedia(f"no packet of its sound track decoded, {self.damaged_packets} were damaged")

    def _samples(self) -> Iterator[Samples]:
        import av

        clock = _Clock((self._container.start_time or 0) / av.time_base)
        resampler: AudioResampler | None = None
        shape: tuple[str, str, int] | None = None
        for frame in self._frames():
            if resampler is not None and (clock.missing_before(frame) or shape != _shape(frame)):
                yield from _resample(resampler, None)
                resampler = None
            yield from _silence(clock.missing_before(frame))
            if resampler is None:
                resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
                shape = _shape(frame)
            clock.advance(frame)
            frame.pts = None
            yield from _resample(resampler, frame)
        if resampler is not None:
            yield from _resample(resampler, None)

    def _frames(self) -> Iterator["AudioFrame"]:
        import av

        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except av.InvalidDataError:
                    self.damaged_packets += 1
        except av.InvalidDataError:
            # A file cut off in the middle: what was read before the cut is still worth finding.
            self.damaged_packets += 1
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise from_os_error(error) from error
            raise UnsupportedCodec(str(error)) from error


class _Clock:
    """Keeps positions true where a recording has holes: seconds in the container are seconds in the samples."""

    def __init__(self, start: float) -> None:
        """`start`: where the container begins, seconds in its own time."""
        self._expected = start

    def missing_before(self, frame: "AudioFrame") -> float:
        """Seconds of sound that the container leaves out before this frame."""
        if frame.time is None:
            return 0.0
        gap = float(frame.time) - self._expected
        return gap if GAP_SECONDS < gap <= LONGEST_GAP_SECONDS else 0.0

    def advance(self, frame: "AudioFrame") -> None:
        length = frame.samples / frame.sample_rate
        self._expected = (self._expected if frame.time is None else float(frame.time)) + length


def _shape(frame: "AudioFrame") -> tuple[str, str, int]:
    # Broadcast recordings change from mono to stereo between programmes; a resampler takes one shape only.
    return frame.format.name, frame.layout.name, frame.sample_rate


def _silence(seconds: float) -> Iterator[Samples]:
    left = round(seconds * SAMPLE_RATE)
    while left > 0:
        part = min(left, SAMPLE_RATE)
        yield np.zeros(part, np.float32)
        left -= part


def _resample(resampler: "AudioResampler", frame: "AudioFrame | None") -> Iterator[Samples]:
    for resampled in resampler.resample(frame):
        samples = resampled.to_ndarray()[0].astype(np.float32, copy=False)
        if len(samples):
            # A float file may hold inf or nan, which would poison a whole window of either engine.
            yield np.clip(np.nan_to_num(samples), -1.0, 1.0)


def _open(path: Path) -> "InputContainer":
    import av

    try:
        # The operating system's own errors first: FFmpeg's do not tell a missing file from a damaged one on every platform.
        with path.open("rb") as probe:
            empty = not probe.read(1)
    except OSError as error:
        raise from_os_error(error) from error
    if empty:
        raise DamagedMedia("the file is empty")
    try:
        return av.open(str(path), mode="r", metadata_errors="replace")
    except av.FFmpegError as error:
        raise DamagedMedia(str(error)) from error


def _facts(container: "InputContainer") -> MediaFacts:
    import av

    duration = container.duration / av.time_base if container.duration else None
    return MediaFacts(duration, any(not is_cover(stream) for stream in container.streams.video))


def is_cover(stream: object) -> bool:
    """Whether a video stream is a picture attached to a recording: FFmpeg's AV_DISPOSITION_ATTACHED_PIC."""
    from av.stream import Disposition

    return bool(getattr(stream, "disposition", 0) & Disposition.attached_pic)


def _sound_stream(container: "InputContainer") -> "AudioStream":
    """FFmpeg's own choice (av_find_best_stream: the default track, else the one with most channels and bits)."""
    if not container.streams.audio:
        raise NoSoundTrack(_facts(container).duration)
    best = container.streams.best("audio")
    stream = next((stream for stream in container.streams.audio if stream is best), container.streams.audio[0])
    if stream.codec_context is None:
        raise UnsupportedCodec("its codec is not known")
    return stream
