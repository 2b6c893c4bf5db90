"""What names the sounds in a recording. The reference engine is YAMNet from TensorFlow Hub."""

import csv
import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from backend.processing.decode import Samples

YAMNET_HANDLE = "https://tfhub.dev/google/yamnet/1"
# YAMNet's framing (tensorflow/models, research/audioset/yamnet, params.py): patches of 0.96 s every 0.48 s; a patch
# needs 0.015 s more for its last spectrum.
HOP_SAMPLES = 7_680
PATCH_SAMPLES = 15_600
HOP_SECONDS = 0.48
PATCH_SECONDS = 0.96


class SoundTagger(Protocol):
    """A loaded model of sounds."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Display names, in the order of the scores."""

    def scores(self, samples: Samples) -> npt.NDArray[np.float32]:
        """float32[n] at 16 kHz -> float32[frames, labels], each 0 to 1 and independent of the others.

        frames = 1 + ceil(max(n - PATCH_SAMPLES, 0) / HOP_SAMPLES): what is missing of the last patch counts as silence.
        """


class YamnetTagger:
    """YAMNet as a SavedModel with the hub's signature."""

    def __init__(self, cache: Path) -> None:
        """Load from `cache` (the `tfhub` directory). Imports TensorFlow: seconds. Raises what the hub raises for a broken model."""
        # tensorflow-hub reads it when it resolves a handle; without it a handle would be looked up on the network.
        os.environ["TFHUB_CACHE_DIR"] = str(cache)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import tensorflow_hub as hub

        self._model: Any = hub.load(YAMNET_HANDLE)
        self._labels = read_class_map(Path(self._model.class_map_path().numpy().decode()))

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    def scores(self, samples: Samples) -> npt.NDArray[np.float32]:
        scores, _embeddings, _spectrogram = self._model(samples)
        found: npt.NDArray[np.float32] = scores.numpy()
        return found


def read_class_map(path: Path) -> tuple[str, ...]:
    """Display names of YAMNet's `yamnet_class_map.csv` (index, mid, display_name). Raises ValueError for another order."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if [int(row["index"]) for row in rows] != list(range(len(rows))):
        raise ValueError(f"{path.name}: indices are not 0 to {len(rows) - 1} in order")
    return tuple(row["display_name"] for row in rows)
