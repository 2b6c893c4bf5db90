"""Reads a CTranslate2 `model.bin`, so that its tensors can be written in another library's format.

Layout, little-endian: u32 version, string name, u32 revision, u32 count; for each variable string name, u8 rank, u32
dimensions, u8 type, u32 length in bytes, data. A string is a u16 length that counts its final NUL, then the bytes.
Source: `python/ctranslate2/specs/model_spec.py` of CTranslate2.
"""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

_TYPES: tuple[type[np.generic], ...] = (np.float32, np.int8, np.int16, np.int32, np.float16)


class FormatError(ValueError):
    """The file is not a CTranslate2 model that this reader understands."""


class _Cursor:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from(f"<{code}", self._content, self.position)
        self.position += struct.calcsize(code)
        return int(value)

    def take(self, length: int) -> bytes:
        end = self.position + length
        if end > len(self._content):
            raise FormatError(f"The file ends at byte {len(self._content)} inside a field that ends at {end}.")
        piece = self._content[self.position : end]
        self.position = end
        return piece

    def string(self) -> str:
        return self.take(self.number("H"))[:-1].decode("utf-8")


def read_variables(path: Path, expected_name: str) -> dict[str, Array]:
    """All variables by name. Raises FormatError when it is no model of the name `expected_name`, or is cut short."""
    cursor = _Cursor(path.read_bytes())
    try:
        cursor.number("I")
        name = cursor.string()
        if name != expected_name:
            raise FormatError(f"{path.name} holds a {name!r}, not a {expected_name!r}.")
        cursor.number("I")
        return dict(_variable(cursor) for _ in range(cursor.number("I")))
    except struct.error as error:
        raise FormatError(f"{path.name} is cut short at byte {cursor.position}.") from error


def _variable(cursor: _Cursor) -> tuple[str, Array]:
    name = cursor.string()
    shape = [cursor.number("I") for _ in range(cursor.number("B"))]
    kind = cursor.number("B")
    if kind >= len(_TYPES):
        raise FormatError(f"{name} has the unknown type {kind}.")
    data = cursor.take(cursor.number("I"))
    return name, np.frombuffer(data, dtype=np.dtype(_TYPES[kind]).newbyteorder("<")).reshape(shape)
