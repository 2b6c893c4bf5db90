"""What goes over the pipes between the decoder and its child: requests as JSON lines, answers as frames.

A frame is a byte for its kind, the length of its payload (u32, big-endian) and the payload. For each request the child answers one Opened,
then Blocks (float32, native byte order), then one Finished; any number of Working among them. Failed takes the place of what is left.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict

from backend.processing.decode import SAMPLE_RATE, MediaFacts, Samples
from backend.processing.media_errors import MediaError, NoSoundTrack, by_code

_HEADER = struct.Struct(">BI")
LONGEST_BLOCK_SECONDS = 60.0
_MAX_BLOCK = round(LONGEST_BLOCK_SECONDS * SAMPLE_RATE) * 4
_MAX_MESSAGE = 64 << 10
_MAX_DETAIL = 4_000


class Kind(IntEnum):
    OPENED = 1
    BLOCK = 2
    WORKING = 3
    FINISHED = 4
    FAILED = 5


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DecodeRequest(_Message):
    """`block_seconds`: None for the facts alone."""

    path: Path
    block_seconds: float | None


class Opened(_Message):
    """MediaFacts."""

    duration: float | None
    has_video: bool

    @property
    def facts(self) -> MediaFacts:
        return MediaFacts(self.duration, self.has_video)


class Working(_Message):
    """Nothing to tell but that the file is still being read."""


class Finished(_Message):
    damaged_packets: int


class Failed(_Message):
    """A MediaError. `duration`: of a file without a sound track."""

    code: str
    detail: str | None
    duration: float | None

    @classmethod
    def of(cls, error: MediaError) -> "Failed":
        detail = error.detail and error.detail[:_MAX_DETAIL].encode("utf-8", "replace").decode()
        return cls(code=error.code, detail=detail, duration=error.duration if isinstance(error, NoSoundTrack) else None)

    @property
    def error(self) -> MediaError:
        """Raises ValueError for a code that there is not."""
        kind = by_code(self.code)
        return NoSoundTrack(self.duration) if issubclass(kind, NoSoundTrack) else kind(self.detail)


@dataclass(frozen=True, slots=True)
class Block:
    samples: Samples


Answer: TypeAlias = Opened | Block | Working | Finished | Failed

_MESSAGES: dict[Kind, type[Opened | Working | Finished | Failed]] = {
    Kind.OPENED: Opened,
    Kind.WORKING: Working,
    Kind.FINISHED: Finished,
    Kind.FAILED: Failed,
}
_KINDS = {message: kind for kind, message in _MESSAGES.items()}


def frame_of(answer: Answer) -> bytes:
    if isinstance(answer, Block):
        return _HEADER.pack(Kind.BLOCK, answer.samples.nbytes) + answer.samples.tobytes()
    payload = answer.model_dump_json().encode()
    return _HEADER.pack(_KINDS[type(answer)], len(payload)) + payload


def read_answer(pipe: IO[bytes]) -> Answer | None:
    """The next answer; None at the end of the pipe. Raises EOFError in the middle of a frame, ValueError for what is none."""
    header = pipe.read(_HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise EOFError("half a header")
    number, length = _HEADER.unpack(header)
    kind = Kind(number)
    if length > (_MAX_BLOCK if kind is Kind.BLOCK else _MAX_MESSAGE):
        raise ValueError(f"{kind.name} of {length} bytes")
    payload = bytearray(pipe.read(length))
    if len(payload) < length:
        raise EOFError(f"{kind.name} of {len(payload)} bytes, not {length}")
    if kind is not Kind.BLOCK:
        return _MESSAGES[kind].model_validate_json(payload)
    if length % 4 or not length:
        raise ValueError(f"{length} bytes are no samples")
    samples = np.frombuffer(payload, np.float32)
    if not (np.abs(samples) <= 1.0).all():
        raise ValueError("samples beyond [-1, 1]")
    return Block(samples)
