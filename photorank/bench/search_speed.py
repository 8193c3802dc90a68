"""Speed of exact top-k search, compared with NumPy, a bare FAISS index and memory bandwidth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from photorank.bench.timing import memory_bandwidth, side_by_side
from photorank.index.opened import Index
from photorank.typing import Codes, Direction, Json


@dataclass(frozen=True)
class SearchSpeed:
    """Seconds of a top-k search by photorank, NumPy and FAISS, and of reading all embeddings."""

    index: str
    photos: int
    dimensions: int
    k: int
    ours: float  # over mapped shards, scored again in float64
    numpy: float  # X @ v, argpartition, sort; X in memory
    faiss: float  # IndexFlatIP.search; a copy of X in memory
    limit: float  # reading every embedding once, as fast as memory is read or copied
    same: float  # share of our rows that FAISS found as well, the mean over searches

    def to_json(self) -> Json:
        """The measured times as a JSON object."""
        return {
            **vars(self),
            "numpy_ratio": self.numpy / self.ours,
            "faiss_ratio": self.faiss / self.ours,
            "of_limit": self.limit / self.ours,
        }


def measure_search(index: Index, *, k: int, rounds: int) -> SearchSpeed:
    """Median seconds of a top-k search by photorank, NumPy and FAISS, which are called alternately.

    The references hold all embeddings in memory: it takes twice the shards' size.
    """
    import faiss

    X = index.embeddings()
    n, d = X.shape
    k = min(k, n)
    flat = faiss.IndexFlatIP(d)
    flat.add(X)
    directions = _directions(d)

    def by_numpy() -> Codes:
        products = X @ next(directions).astype(np.float32)
        best = np.argpartition(-products, k - 1)[:k]
        return best[np.argsort(-products[best])]

    taken = side_by_side(
        {
            "ours": lambda: index.nearest(next(directions), k),
            "numpy": by_numpy,
            "faiss": lambda: flat.search(next(directions).astype(np.float32)[None], k),
        },
        rounds,
    )
    return SearchSpeed(
        index=index.name,
        photos=n,
        dimensions=d,
        k=k,
        **taken,
        limit=X.nbytes / memory_bandwidth(),
        same=float(np.mean([_shared(index, flat, next(directions), k) for _ in range(5)])),
    )


def _directions(d: int) -> Iterator[Direction]:
    """Yield random unit vectors (d,), a new one for each search so that no cache helps."""
    rng = np.random.default_rng(0)
    while True:
        direction = rng.normal(size=d)
        yield direction / np.linalg.norm(direction)


def _shared(index: Index, flat: object, direction: Direction, k: int) -> float:
    rows, _ = index.nearest(direction, k)
    _, found = flat.search(direction.astype(np.float32)[None], k)  # type: ignore[attr-defined]
    return len(np.intersect1d(rows, found[0])) / k
