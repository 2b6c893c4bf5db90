"""Damaged files of every type through the real children: each ends in a result or a sentence, and nothing of a child is left.

A failure says its seed; a find is kept as a fixed test in test/backend/hostile.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from backend.contract.library import ItemKind
from backend.library.extract.extractor import ExtractionFailed, Extractor
from backend.library.scan.kinds import kind_of
from backend.processing.decode import LONGEST_SECONDS, SAMPLE_RATE
from backend.processing.decoder import Decoder
from backend.processing.media_errors import MediaError
from test.backend.fuzz.mutations import mutated
from test.backend.fuzz.rounds import ROUNDS
from test.backend.fuzz.seeds import promised, seeds
from test.backend.hostile.conftest import children, require_sentence

MUTANTS = 6 * ROUNDS
FIRST_SEED = int(os.environ.get("CONTENTCACHE_FUZZ_SEED", "20240819"))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as extractor:
        yield extractor


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.mark.timeout(120 + 60 * ROUNDS)
@pytest.mark.parametrize("extension", promised())
def test_damaged_files_end_in_a_result_or_a_sentence(
    good: dict[str, list[bytes]], extractor: Extractor, decoder: Decoder, tmp_path: Path, extension: str
) -> None:
    path = tmp_path / f"mutant.{extension}"
    others = [content for contents in good.values() for content in contents]
    for seed in range(FIRST_SEED, FIRST_SEED + MUTANTS):
        random = Random(f"{extension} {seed}")
        path.write_bytes(mutated(random.choice(good[extension]), others, random))
        try:
            if kind_of(path.name) in (ItemKind.AUDIO, ItemKind.VIDEO):
                decode(decoder, path)
            if kind_of(path.name) is not ItemKind.AUDIO:
                extract(extractor, path)
            assert len(children()) <= 2
        except BaseException as error:
            error.add_note(f"again with CONTENTCACHE_FUZZ_SEED={seed}; the file is {path}")
            raise


def decode(decoder: Decoder, path: Path) -> None:
    try:
        with decoder.open(path) as track:
            assert sum(len(block) for block in track) <= LONGEST_SECONDS * SAMPLE_RATE
    except MediaError as error:
        problem = error.problem
    else:
        return
    # Not of a child that died: FFmpeg itself has to survive what it is fuzzed with all the time.
    assert problem.code != "decoder-ended", problem
    require_sentence(problem)


def extract(extractor: Extractor, path: Path) -> None:
    kind, thumbnail = kind_of(path.name), path.with_name("thumbnail.jpg")
    if kind is ItemKind.VIDEO:
        extractor.make_thumbnail(path, kind, thumbnail)
        return
    try:
        extractor.extract(path, kind, thumbnail)
    except ExtractionFailed as error:
        problem = error.problem
    else:
        return
    require_sentence(problem)
    assert problem.code != "unreadable", problem


def test_nothing_is_left_of_the_children(good: dict[str, list[bytes]]) -> None:
    assert len(good) == len(promised())
    with Extractor(), Decoder():
        pass
    assert len(children()) <= 2
