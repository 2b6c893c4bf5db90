"""`npm run bench:quality`: how well the app finds, on Cranfield, through its own path from files in a folder to HTTP answers.

Each abstract is a text file in a folder that a real search_server indexes. The fused ranking is what GET /search answers.
The two single rankings are taken from the same library by the same code, words without and vectors without the other.
Exit code 1 below the bar: fused nDCG@10 >= .40 and not below either single ranking, and nothing found for queries without sense.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from backend.library.store import Library
from backend.processing.config import get_models_cache_dir
from backend.search.floor import meaning_floor
from backend.search.keyword_search import KeywordSearch
from backend.search.query import parse
from backend.search.rank import fuse
from backend.search.scope import Scope
from backend.search.searcher import CANDIDATES
from backend.search.sentence_transformers_embedder import SentenceTransformersEmbedder
from backend.search.tokenizer import Tokenizer
from backend.search.vectors import VectorIndex
from backend.search.vocabulary import Vocabulary
from scripts.bench.cranfield import Collection, load, ndcg
from scripts.bench.running_server import Server, running_server

BAR = 0.40
SHARED = Path(os.environ.get("CONTENTCACHE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
NONSENSE = (
    "xqzvw plok",
    "asdf jkl qwerty",
    "fjdksla",
    "zzkrt blorp",
    "kjhgf dsapo iuyt",
    "how do i bake sourdough bread",
    "chocolate cake recipe",
    "who won the football match",
    "holiday photos from italy",
    "my grandmother's wedding dress",
    "wireless headphones",
    "dog barking",
)

Ranking = Callable[[str], list[int]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collection", type=Path, default=SHARED / "fixtures" / "cranfield")
    folder: Path = parser.parse_args().collection
    try:
        collection = load(folder)
    except FileNotFoundError as error:
        print(f"skipped: {error.filename} is not there; give the folder of the Cranfield collection with --collection")
        return 0
    with tempfile.TemporaryDirectory(prefix="contentcache-quality-") as directory:
        return measure(collection, Path(directory))


def measure(collection: Collection, directory: Path) -> int:
    documents, data_dir = directory / "documents", directory / "data"
    documents.mkdir()
    data_dir.mkdir()
    for number, text in collection.documents.items():
        (documents / f"abstract {number:04}.txt").write_text(text, encoding="utf-8")
    started = time.perf_counter()
    with running_server(data_dir) as server:
        server.index(documents)
        segments = server.queue()["embedded"]
        print(f"{len(collection.documents)} files, {segments} segments indexed in {time.perf_counter() - started:.1f} s")
        fused = _score(collection, lambda query: over_http(server, query))
        found = {query: server.get("/search", q=query)["total_files"] for query in NONSENSE}
    with Library.open(data_dir) as library:
        words, meaning = single_rankings(library)
        keyword, vectors = _score(collection, words), _score(collection, meaning)
    print(f"\n{'ranking':<28}nDCG@10")
    for name, value in (("keyword (FTS5 bm25)", keyword), ("meaning (MiniLM)", vectors), ("fused, over HTTP", fused)):
        print(f"{name:<28}{value:.4f}")
    noisy = {query: count for query, count in found.items() if count}
    print(f"\nnothing found for {len(NONSENSE) - len(noisy)} of {len(NONSENSE)} queries without sense here {noisy or ''}")
    good = fused >= BAR and fused >= max(keyword, vectors) and not noisy
    print(f"\n{'pass' if good else 'FAIL'}: fused >= {BAR:.2f}, >= both single rankings, and no noise")
    return 0 if good else 1


def over_http(server: Server, query: str) -> list[int]:
    return [_number(hit["item"]["name"]) for hit in server.get("/search", q=query, limit=10)["hits"]]


def single_rankings(library: Library) -> tuple[Ranking, Ranking]:
    """Words alone and meaning alone over a library that is indexed, each ranking files by their best segment."""
    embedder = SentenceTransformersEmbedder(_model())
    index = VectorIndex(embedder.id, embedder.dimension)
    tokenizer, keyword = Tokenizer(), KeywordSearch(Vocabulary())
    with library.read_connection() as db:
        index.synchronise(db)
        names = {row["id"]: _number(row["name"]) for row in db.execute("SELECT id, name FROM items")}

    def words(query: str) -> list[int]:
        with library.read_connection() as db:
            best: dict[int, float] = {}
            for hit in keyword.search(db, parse(query, tokenizer), Scope(), CANDIDATES):
                best[names[hit.item_id]] = max(best.get(names[hit.item_id], 0.0), hit.coverage)
        return sorted(best, key=lambda number: -best[number])

    def meaning(query: str) -> list[int]:
        near = index.search(embedder.encode_query(query).vector, CANDIDATES)
        floor = meaning_floor(float(near.cosines[0]), near.mean, near.deviation, near.searched)
        return [names[file.item_id] for file in fuse([], near, floor)]

    return words, meaning


def _score(collection: Collection, ranking: Ranking) -> float:
    judged = [number for number in collection.queries if collection.judgements.get(number)]
    values = [ndcg(ranking(collection.queries[number]), collection.judgements[number]) for number in judged]
    return sum(values) / len(values)


def _number(name: str) -> int:
    return int(name.removeprefix("abstract ").removesuffix(".txt"))


def _model() -> Path:
    from backend.models.registry import find_model

    location = find_model("minilm")
    if location is None:
        raise SystemExit(f"MiniLM is not below {get_models_cache_dir()}; `npm run models` puts it there")
    return location.path


if __name__ == "__main__":
    sys.exit(main())
