"""Float64 products of float32 matrices, computed in parts to bound the memory."""

from collections.abc import Iterator

import numpy as np

from photorank.typing import Embeddings, Floats

AT_ONCE = 1 << 23  # numbers of a matrix that are worked on at once: 64 MB


def products(Z: Embeddings | Floats, V: Floats) -> Floats:
    """Product Zᵀ V (r, …) in float64, of matrices Z (n, r) and V (n, …)."""
    if Z.dtype == np.float64:
        return np.asarray(Z.T @ V)
    total = np.zeros((Z.shape[1], *V.shape[1:]))
    for part in portions(len(Z), Z.shape[1]):
        total += Z[part].astype(np.float64).T @ V[part]
    return total


def portions(n: int, width: int) -> Iterator[slice]:
    """Yield slices that split n rows of `width` float64 numbers into parts of at most 64 MB."""
    step = max(AT_ONCE // max(width, 1), 1)
    for start in range(0, n, step):
        yield slice(start, start + step)
