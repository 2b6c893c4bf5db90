"""A stream that ends in an error instead of in a full disk or memory."""

import io


class TooMuch(Exception):
    """More bytes came out than were allowed."""


class BoundedStream(io.RawIOBase):
    """Reads from `source`. Raises TooMuch when more than `limit` bytes were read in all."""

    def __init__(self, source: io.BufferedIOBase, limit: int) -> None:
        self._source = source
        self._left = limit

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        piece = self._source.read(wanted)
        self._left -= len(piece)
        if self._left < 0:
            raise TooMuch
        return piece
