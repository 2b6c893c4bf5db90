from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.library.store import Library
from backend.models.registry import find_model
from backend.search.sentence_transformers_embedder import SentenceTransformersEmbedder

from .shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Library.open(tmp_path / "data") as library:
        yield Shelf(library, tmp_path)


@pytest.fixture(scope="session")
def minilm() -> SentenceTransformersEmbedder:
    location = find_model("minilm")
    if location is None:
        pytest.skip("MiniLM is not in the models directory; `npm run models` puts it there")
    return SentenceTransformersEmbedder(location.path)
