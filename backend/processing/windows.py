"""A sliding window over samples that arrive in blocks: whole windows ahead of a position, nothing kept behind it."""

import numpy as np

from backend.processing.decode import SAMPLE_RATE, Samples


class SlidingWindow:
    """Holds the samples from `position` on. Positions and lengths are in samples from the start of the recording."""

    def __init__(self) -> None:
        self.position = 0
        self._held = np.zeros(0, np.float32)

    @property
    def end(self) -> int:
        """Where the next block will begin."""
        return self.position + len(self._held)

    @property
    def seconds(self) -> float:
        return self.position / SAMPLE_RATE

    def append(self, block: Samples) -> None:
        self._held = np.concatenate([self._held, block])

    def has(self, length: int) -> bool:
        return len(self._held) >= length

    def peek(self, length: int) -> Samples:
        """Up to `length` samples from the position on; fewer at the end of the recording."""
        return self._held[:length]

    def advance(self, length: int) -> None:
        """Move the position forward. Raises ValueError when asked to stand still or to pass what has arrived."""
        if not 0 < length <= len(self._held):
            raise ValueError(f"cannot advance by {length} of {len(self._held)} samples")
        self._held = self._held[length:].copy()
        self.position += length
