import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.search.kernels import dots_numpy, kernel
from backend.search.quantize import quantize
from backend.search.vectors import VectorIndex

from .shelf import Shelf

DIMENSION = 32


def unit(random: np.random.Generator, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    vectors = random.standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_simd_and_numpy_count_alike() -> None:
    random = np.random.default_rng(1)
    for rows in (0, 1, 3, 8193):
        matrix = random.integers(-127, 128, (rows, 384), dtype=np.int8)
        vector = random.integers(-127, 128, 384, dtype=np.int8)
        expected = matrix.astype(np.int64) @ vector.astype(np.int64)
        assert np.array_equal(kernel()(matrix, vector), expected)
        assert np.array_equal(dots_numpy(matrix, vector), expected)
    assert kernel() is not dots_numpy, "numkong does not work here"


def test_quantized_cosines_are_near() -> None:
    vectors = unit(np.random.default_rng(2), 200)
    whole, scales = quantize(vectors)
    back = whole * scales[:, np.newaxis]
    assert np.abs(vectors @ vectors.T - back @ back.T).max() < 0.02
    assert not quantize(np.zeros((1, DIMENSION), np.float32))[0].any()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_index_equals_a_loop_over_a_dictionary(data: st.DataObject) -> None:
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    index = VectorIndex("engine/model", DIMENSION)
    model: dict[int, tuple[int, np.ndarray[tuple[int], np.dtype[np.float32]]]] = {}
    next_id = 1
    for _ in range(data.draw(st.integers(1, 8))):
        if data.draw(st.booleans()) or not model:
            count = data.draw(st.integers(1, 700))
            ids = np.arange(next_id, next_id + count)
            next_id += count
            items = random.integers(1, 20, count)
            vectors, scales = quantize(unit(random, count))
            index.add(ids, items, vectors, scales)
            for place, id_ in enumerate(ids.tolist()):
                model[id_] = (int(items[place]), vectors[place] * scales[place])
        else:
            gone = random.choice(sorted(model), size=min(len(model), data.draw(st.integers(1, 50))), replace=False)
            index.remove(gone)
            for id_ in gone.tolist():
                del model[id_]
    allowed = np.array(sorted(data.draw(st.sets(st.integers(1, 25)))), np.int64)
    query = unit(random, 1)[0]
    for items_ in (None, allowed):
        near = index.search(query, 10, items=items_)
        expected = [float(vector @ query) for item, vector in model.values() if items_ is None or item in items_.tolist()]
        assert near.cosines.tolist() == pytest.approx(sorted(expected, reverse=True)[:10], abs=0.02)
        found = dict(zip(near.segment_ids.tolist(), near.item_ids.tolist(), strict=True))
        assert all(model[id_][0] == item for id_, item in found.items())
    assert len(index) == len(model)


def test_segments_restrict() -> None:
    random = np.random.default_rng(3)
    index = VectorIndex("engine/model", DIMENSION)
    vectors, scales = quantize(unit(random, 100))
    index.add(np.arange(1, 101), np.ones(100, np.int64), vectors, scales)
    near = index.search(unit(random, 1)[0], 10, segments=np.array([5, 7, 1000]))
    assert sorted(near.segment_ids.tolist()) == [5, 7]


def store(db: sqlite3.Connection, segment_id: int, model: str, random: np.random.Generator) -> None:
    vectors, scales = quantize(unit(random, 1))
    db.execute(
        "INSERT OR REPLACE INTO embeddings (segment_id, model, scale, vector) VALUES (?, ?, ?, ?)",
        (segment_id, model, float(scales[0]), vectors[0].tobytes()),
    )


def test_follows_the_table(shelf: Shelf) -> None:
    random = np.random.default_rng(4)
    root = shelf.add_root()
    items = [shelf.add(root, f"{number}.txt", [f"text {number}"] * 3) for number in range(40)]
    index = VectorIndex("engine/model", DIMENSION)
    with shelf.library.transaction() as db:
        segments = {row["id"]: row["item_id"] for row in db.execute("SELECT id, item_id FROM segments WHERE kind = 'text'")}
        for number, segment_id in enumerate(segments):
            store(db, segment_id, "engine/model" if number % 10 else "engine/other", random)
    mine = {id_ for number, id_ in enumerate(segments) if number % 10}

    def ids() -> set[int]:
        with shelf.library.read_connection() as db:
            index.synchronise(db)
        return set(index.search(unit(random, 1)[0], 1000).segment_ids.tolist())

    assert ids() == mine
    with shelf.library.transaction() as db:
        db.execute("DELETE FROM items WHERE id IN (?, ?)", (items[3], items[30]))
    left = {id_ for id_ in mine if segments[id_] not in (items[3], items[30])}
    assert ids() == left
    more = shelf.add(root, "new.txt", ["new"])
    with shelf.library.transaction() as db:
        row = db.execute("SELECT id FROM segments WHERE item_id = ? AND kind = 'text'", (more,)).fetchone()
        store(db, row["id"], "engine/model", random)
    assert ids() == left | {row["id"]}
