"""The reference engine: all-MiniLM-L6-v2 by sentence-transformers, from local files only."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend.search.embedder import QueryEmbedding, Vectors


class SentenceTransformersEmbedder:
    """Importing torch and loading the weights takes seconds: construct it in a thread of its own."""

    id = "sentence-transformers/all-MiniLM-L6-v2"
    dimension = 384

    def __init__(self, model: Path) -> None:
        """Raises whatever the library raises on files that are missing, damaged or of another model."""
        import torch
        from sentence_transformers import SentenceTransformer

        # Half of the processors: the person is working, and the audioprocessor may be too.
        torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
        self._model: Any = SentenceTransformer(str(model), device="cpu", local_files_only=True)
        found = self._model.get_embedding_dimension()
        if found != self.dimension:
            raise ValueError(f"the model gives vectors of {found} dimensions instead of {self.dimension}")

    def encode_query(self, text: str) -> QueryEmbedding:
        (vector,) = self.encode_segments([text])
        return QueryEmbedding(vector, len(self._model.tokenizer.tokenize(text)))

    def encode_segments(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(
            list(texts), batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)
