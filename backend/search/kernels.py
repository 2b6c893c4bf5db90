"""The one inner loop of vector search: dot products of an int8 matrix with an int8 vector."""

import logging
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Matrix = NDArray[np.int8]
Scores = NDArray[np.float32]
Kernel = Callable[[Matrix, NDArray[np.int8]], Scores]

_BLOCK = 8192


def dots_numpy(matrix: Matrix, vector: NDArray[np.int8]) -> Scores:
    """(n, d) by (d,) to (n,): exact, since sums of 1,000 products of int8 fit float32. About ten times slower than SIMD."""
    wide = vector.astype(np.float32)
    scores = np.empty(len(matrix), dtype=np.float32)
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK]
        np.dot(block.astype(np.float32), wide, out=scores[start : start + len(block)])
    return scores


@cache
def kernel() -> Kernel:
    """numkong's SIMD kernels; numpy's where they cannot be loaded or count wrong on this processor."""
    try:
        import numkong
    except (ImportError, OSError) as error:
        log.warning("numkong cannot be loaded, vector search is slower: %s", error)
        return dots_numpy

    def dots_simd(matrix: Matrix, vector: NDArray[np.int8]) -> Scores:
        if not len(matrix):
            return np.empty(0, dtype=np.float32)
        dots: Scores = np.asarray(numkong.cdist(vector[np.newaxis], matrix, "dot"))[0].astype(np.float32)
        return dots

    probe = np.random.default_rng(0).integers(-127, 128, (67, 384), dtype=np.int8)
    if not np.array_equal(dots_simd(probe, probe[3]), dots_numpy(probe, probe[3])):
        log.error("numkong counts wrong on this processor, vector search is slower")
        return dots_numpy
    return dots_simd
