"""What search by meaning asks of an engine, so that a faster one over the same weights can take its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QueryEmbedding:
    """`vector` is (d,), normalised. `pieces` is how many pieces of the model's vocabulary the text was cut into."""

    vector: Vectors
    pieces: int


class Embedder(Protocol):
    """A loaded engine. One call at a time; the caller sees to it."""

    @property
    def id(self) -> str:
        """Engine and model, stored beside every vector: `<engine>/<model>`."""

    @property
    def dimension(self) -> int: ...

    def encode_query(self, text: str) -> QueryEmbedding: ...

    def encode_segments(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32, each row normalised."""
