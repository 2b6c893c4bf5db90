"""`python -m scripts.bench.calibrate`: the cosines behind backend/search/floor.py, printed.

The nearest Cranfield abstract to each of its own questions, to sentences about something else and to random letters; and
short queries beside what they should find.
"""

import sys

import numpy as np

from backend.models.registry import find_model
from backend.search.floor import ABSOLUTE, is_readable, meaning_floor
from backend.search.sentence_transformers_embedder import SentenceTransformersEmbedder
from scripts.bench.cranfield import load
from scripts.bench.quality import NONSENSE, SHARED

WANTED = (
    ("patriotic speech", "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."),
    ("serving your nation", "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."),
    ("dog barking", "the sound of bark"),
    ("puppy", "the sound of dog"),
    ("applause", "the sound of clapping"),
    ("someone plays guitar", "the sound of guitar"),
    ("heavy rain", "the sound of rain"),
    ("money trouble", "Our quarterly budget shows a deficit, so travel costs have to go down."),
    ("dessert recipe", "Whisk the eggs with sugar, add flour and bake the cake for forty minutes."),
)
BATCH = 64


def main() -> int:
    location = find_model("minilm")
    folder = SHARED / "fixtures" / "cranfield"
    if location is None or not folder.is_dir():
        print("skipped: this needs MiniLM and the Cranfield collection")
        return 0
    embedder = SentenceTransformersEmbedder(location.path)
    collection = load(folder)
    texts = list(collection.documents.values())
    documents = np.concatenate([embedder.encode_segments(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
    own = np.array([(documents @ embedder.encode_query(query).vector).max() for query in collection.queries.values()])
    print(f"own questions: nearest abstract, percentiles 0 5 50 100: {np.percentile(own, [0, 5, 50, 100]).round(2)}\n")
    print(f"{'query':<36}{'nearest':>8}{'mean':>7}{'sd':>6}{'floor':>7}  readable")
    for query in (*NONSENSE, "blue", "quantum chromodynamics lattice", "dentist", "sourdough"):
        embedding = embedder.encode_query(query)
        cosines = documents @ embedding.vector
        best, mean, deviation = float(cosines.max()), float(cosines.mean()), float(cosines.std())
        floor = meaning_floor(best, mean, deviation, len(documents))
        readable = is_readable(query, embedding.pieces)
        verdict = "" if best < floor or not readable else "  <- found"
        print(f"{query:<36}{best:>8.2f}{mean:>7.2f}{deviation:>6.2f}{floor:>7.2f}  {readable}{verdict}")
    print(f"\n{'query':<24}{'cosine':>7}  should find (floor {ABSOLUTE})")
    for query, text in WANTED:
        cosine = float(embedder.encode_query(query).vector @ embedder.encode_segments([text])[0])
        print(f"{query:<24}{cosine:>7.2f}  {text[:80]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
