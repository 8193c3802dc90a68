"""Exact search over memory-mapped shards."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.errors import BrokenIndexError
from photorank.typing import Codes, Embeddings, Floats

# Numbers that are worked on together: 2 MB in float64, so that a core's cache holds them.
_ROWS_A_BLOCK = 1 << 18

_MAX_LENGTH_ERROR = 1e-3  # of a unit row's squared length; float32 leaves 1e-6


class Nearest(NamedTuple):
    """Positions with the greatest scalar products, best first, including ties with the last one."""

    positions: Codes
    products: Floats


class MappedRows:
    """Unit rows of several memory-mapped shards as one sequence, without copying.

    `shards` are arrays (n, d) of :func:`photorank.index.embeddings.shards.read_shard`; a row's
    position is its place in the sequence. Rows are checked for unit length: all when they are
    read through for the first time, and those that are copied each time. BrokenIndexError then
    names their `folder`. Before the first of them is read, `check` is called.
    """

    def __init__(
        self,
        shards: Sequence[Embeddings],
        dimensions: int,
        folder: Path = Path("shards"),
        check: Callable[[], None] | None = None,
    ) -> None:
        self.shards = list(shards)
        self.dimensions = dimensions
        self._folder = folder
        self._check_files = check
        self._checked = [False] * len(self.shards)  # the whole shard
        self.starts = np.cumsum([0, *map(len, self.shards)])  # the position of each one's first
        self._step = max(_ROWS_A_BLOCK // dimensions, 1)  # rows

    def __len__(self) -> int:
        return int(self.starts[-1])

    def take(self, positions: Codes) -> Embeddings:
        """Copy of the rows at the positions, (k, d)."""
        self._begin()
        rows = np.empty((len(positions), self.dimensions), dtype=np.float32)
        order = np.argsort(positions, kind="stable")  # from one end of each file to the other
        bounds = np.searchsorted(positions[order], self.starts)
        for shard, start, begin, end in zip(
            self.shards, self.starts[:-1], bounds[:-1], bounds[1:], strict=True
        ):
            for first in range(begin, end, self._step):
                chosen = order[first : min(first + self._step, end)]
                rows[chosen] = shard[positions[chosen] - start]
        self._check(rows)
        return rows

    def blocks(self) -> Iterator[tuple[slice, Embeddings]]:
        """Yield all rows in blocks: the slice of positions, and a view of the rows."""
        self._begin()
        for number, (shard, start) in enumerate(
            zip(self.shards, self.starts[:-1].tolist(), strict=True)
        ):
            self._check_once(number)
            for first in range(0, len(shard), self._step):
                rows = shard[first : first + self._step]
                yield slice(start + first, start + first + len(rows)), rows

    def products(self, direction: Floats) -> NDArray[np.float32]:
        """Scalar products (n,) of all rows with a direction, in float32."""
        import faiss

        self._begin()
        query = np.ascontiguousarray(direction, dtype=np.float32)
        found = np.empty(len(self), dtype=np.float32)

        def multiply(number: int) -> None:
            shard = self.shards[number]
            self._check_once(number)
            part = found[self.starts[number] : self.starts[number + 1]]
            faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
                *(faiss.swig_ptr(array) for array in (part, query, shard)), *shard.shape[::-1]
            )

        # FAISS lets go of Python's lock, and reads rows that are not aligned without a copy.
        with ThreadPoolExecutor(faiss.omp_get_max_threads()) as threads:
            list(threads.map(multiply, range(len(self.shards))))
        return found

    def nearest(self, direction: Floats, k: int, among: NDArray[np.bool_]) -> Nearest:
        """Positions in the mask `among` (n,) with the k greatest scalar products, and ties.

        Positions that float32 cannot tell from the best ones are compared in float64.
        """
        k = min(k, int(np.count_nonzero(among)))
        if k <= 0:
            return Nearest(np.empty(0, dtype=np.intp), np.empty(0))
        rough = np.where(among, self.products(direction), np.float32(-np.inf))
        least = float(np.partition(rough, len(rough) - k)[len(rough) - k])
        # Twice the bound on a float32 scalar product's error with a unit vector.
        slack = 2 * (self.dimensions + 2) * 2.0**-23 * math.sqrt(float(direction @ direction))
        positions = np.flatnonzero(among & (rough >= least - slack))
        products = self._exactly(positions, direction)
        best = np.lexsort((positions, -products))
        best = best[products[best] >= products[best[k - 1]]]
        return Nearest(positions[best], products[best])

    def _begin(self) -> None:
        """Check the files before the first row is read."""
        if self._check_files is not None:
            self._check_files()
            self._check_files = None

    def _check_once(self, number: int) -> None:
        """Check all rows of a shard, unless that was done."""
        if not self._checked[number]:
            self._check(self.shards[number])
            self._checked[number] = True

    def _check(self, rows: Embeddings) -> None:
        """Raise BrokenIndexError if a row is not of unit length, or not finite."""
        import faiss

        lengths = np.empty(len(rows), dtype=np.float32)
        faiss.fvec_norms_L2sqr(  # type: ignore[attr-defined]
            *(faiss.swig_ptr(array) for array in (lengths, rows)), *rows.shape[::-1]
        )
        if not (np.abs(lengths - 1) <= _MAX_LENGTH_ERROR).all():
            raise BrokenIndexError(self._folder, "an embedding in it is damaged")

    def _exactly(self, positions: Codes, direction: Floats) -> Floats:
        """Scalar products (k,) in float64, computed a few rows at a time to bound the memory."""
        products = np.empty(len(positions))
        for start in range(0, len(positions), self._step):
            part = slice(start, start + self._step)
            rows = self.take(positions[part]).astype(np.float64)
            # einsum adds up each row in the same order, so equal rows score equally.
            products[part] = np.einsum("nd,d->n", rows, direction)
        return products
