"""Decode the sound track of any media file to the one form that both engines take: 16 kHz, mono, float32 in [-1, 1].

The file is streamed: memory does not grow with its length. FFmpeg can crash or hang in what strangers send, so this runs in a process
of its own; see decoder.py for the side of whoever listens.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from backend.library.extract.media_container import NotAFile, open_container, require_file
from backend.processing.media_errors import (
    DamagedMedia,
    EndlessMedia,
    MediaVanished,
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
# All gaps of one recording together.
LONGEST_SILENCE_SECONDS = 12 * 3600.0
LONGEST_SECONDS = 200 * 3600.0
# Telephones send 8 kHz. One frame of a file that claims 1 Hz would be hours long.
LOWEST_RATE = 1000
# Reading on without a single sample, as in a film whose sound ends early; a file that leads the demuxer in circles looks the same.
LONGEST_SOUNDLESS_READ = 600.0

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

    def __init__(self, path: Path, block_seconds: float = BLOCK_SECONDS, on_packet: Callable[[], None] = lambda: None) -> None:
        """Open the file. Raises a MediaError: NoSoundTrack, DamagedMedia, UnsupportedCodec, MediaVanished, MediaDenied.

        `on_packet` is called for every packet of the file, so that it is seen to be read where its sound is far apart.
        """
        self.path = path
        self.damaged_packets = 0
        self._block = round(block_seconds * SAMPLE_RATE)
        self._on_packet = on_packet
        self._container = _open(path)
        try:
            self.facts = _facts(self._container)
            self._stream = _sound_stream(self._container)
            _skip_others(self._container, self._stream)
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
        """Blocks of float32[n], n equal to the block length but for the last. Raises DamagedMedia, UnsupportedCodec, EndlessMedia."""
        pending: list[Samples] = []
        held = total = 0
        for samples in self._samples():
            pending.append(samples)
            held += len(samples)
            total += len(samples)
            if total > LONGEST_SECONDS * SAMPLE_RATE:
                raise EndlessMedia(f"more than {LONGEST_SECONDS / 3600:.0f} hours")
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
        if not total:
            raise DamagedMedia(f"no packet of its sound track decoded, {self.damaged_packets} were damaged")

    def _samples(self) -> Iterator[Samples]:
        import av

        clock = _Clock((self._container.start_time or 0) / av.time_base)
        resampler: AudioResampler | None = None
        shape: tuple[str, str, int] | None = None
        for frame in self._frames():
            if frame.sample_rate < LOWEST_RATE:
                raise UnsupportedCodec(f"a sample rate of {frame.sample_rate} Hz")
            missing = clock.missing_before(frame)
            if resampler is not None and (missing or shape != _shape(frame)):
                yield from _resample(resampler, None)
                resampler = None
            yield from _silence(missing)
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

        heard = time.monotonic()
        try:
            for packet in self._container.demux(self._stream):
                self._on_packet()
                if time.monotonic() - heard > LONGEST_SOUNDLESS_READ:
                    raise EndlessMedia(f"no sound in {LONGEST_SOUNDLESS_READ:.0f} seconds of reading")
                try:
                    frames = packet.decode()
                except av.InvalidDataError:
                    self.damaged_packets += 1
                    continue
                for frame in frames:
                    yield frame
                    # Whoever takes the sound may do so as slowly as they like.
                    heard = time.monotonic()
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
        self._furthest = start
        self._filled = 0.0

    def missing_before(self, frame: "AudioFrame") -> float:
        """Seconds of sound that the container leaves out before this frame; it is taken that they are filled."""
        if frame.time is None:
            return 0.0
        now = float(frame.time)
        if abs(now - self._expected) > LONGEST_GAP_SECONDS:
            # Another clock, as where broadcasts were joined.
            self._furthest = now
            return 0.0
        # A time stamp that jumped back and forth must not be filled twice.
        gap = now - max(self._expected, self._furthest)
        if gap <= GAP_SECONDS or self._filled + gap > LONGEST_SILENCE_SECONDS:
            return 0.0
        self._filled += gap
        return gap

    def advance(self, frame: "AudioFrame") -> None:
        length = frame.samples / frame.sample_rate
        self._expected = (self._expected if frame.time is None else float(frame.time)) + length
        self._furthest = max(self._furthest, self._expected)


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
    import av

    try:
        resampled_frames = resampler.resample(frame)
    except (av.FFmpegError, ValueError) as error:
        raise UnsupportedCodec(f"cannot be resampled: {error}") from error
    for resampled in resampled_frames:
        samples = resampled.to_ndarray()[0].astype(np.float32, copy=False)
        if len(samples):
            # A float file may hold inf or nan, which would poison a whole window of either engine.
            yield np.clip(np.nan_to_num(samples), -1.0, 1.0)


def _open(path: Path) -> "InputContainer":
    import av

    try:
        require_file(path)
        # The operating system's own errors first: FFmpeg's do not tell a missing file from a damaged one on every platform.
        with path.open("rb") as probe:
            empty = not probe.read(1)
        if empty:
            raise DamagedMedia("the file is empty")
        return open_container(path)
    except av.FFmpegError as error:
        raise DamagedMedia(str(error)) from error
    except NotAFile as error:
        raise MediaVanished(str(error)) from error
    except OSError as error:
        raise from_os_error(error) from error


def _facts(container: "InputContainer") -> MediaFacts:
    import av

    duration = container.duration / av.time_base if container.duration else None
    if duration is not None and not 0.0 < duration <= LONGEST_SECONDS:
        # A header that lies: what is decoded says how long it is.
        duration = None
    return MediaFacts(duration, any(not is_cover(stream) for stream in container.streams.video))


def _skip_others(container: "InputContainer", sound: "AudioStream") -> None:
    """The picture of a film is most of its bytes, and most containers can leave it on the disk."""
    from av.stream import Discard

    for stream in container.streams:
        if stream.index != sound.index:
            stream.discard = Discard.all


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
