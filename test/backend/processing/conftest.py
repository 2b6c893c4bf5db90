"""The real engines, loaded once for all tests of this folder, and the decoder."""

import os
from collections.abc import Iterator

import pytest

from backend.models.registry import ModelLocation, find_model
from backend.processing.decoder import Decoder
from backend.processing.sound_tagger import YamnetTagger
from backend.processing.whisper_transcriber import WhisperTranscriber


def location(model: str) -> ModelLocation:
    found = find_model(model)
    if found is None:
        pytest.skip(f"{model} is not in the models directory; `npm run demo` or `npm start` gets it where it can")
    return found


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(scope="session")
def whisper() -> WhisperTranscriber:
    return WhisperTranscriber(location("whisper-base").path, threads=1)


@pytest.fixture(scope="session")
def yamnet() -> Iterator[YamnetTagger]:
    before = os.environ.get("TFHUB_CACHE_DIR")
    yield YamnetTagger(location("yamnet").layer / "tfhub")
    if before is None:
        os.environ.pop("TFHUB_CACHE_DIR", None)
    else:
        os.environ["TFHUB_CACHE_DIR"] = before
