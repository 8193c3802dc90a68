"""Exact nearest-neighbour search over embeddings in memory-mapped shard files."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.encoders.blocks import Blocks
from photorank.errors import BrokenIndexError
from photorank.index.embeddings import half_precision
from photorank.index.embeddings.half_precision import is_half
from photorank.typing import Codes, Embeddings, Floats, Rows

# Numbers that are worked on together: 2 MB in float64, so that a core's cache holds them.
_ROWS_A_BLOCK = 1 << 18

_MAX_LENGTH_ERROR = 1e-3  # of a row's squared norm; float32 causes 1e-6


class Nearest(NamedTuple):
    """Result of an exact search: positions and dot products of the k best embeddings, best first.

    More than k if several are equal at rank k.
    """

    positions: Codes
    products: Floats


class MappedRows:
    """Embeddings of several memory-mapped shard files as one sequence, without copying.

    `shards` are arrays (n, d) of :func:`photorank.index.embeddings.shards.read_shard`, in 32 bits
    or, with `blocks`, in 16; a row's position is its place in the sequence. Rows are checked for
    the length of their head and the bounds of all numbers: all when they are read through for the
    first time, and those that are copied each time. BrokenIndexError then names their `folder`.
    Before the first of them is read, `check` is called.
    """

    def __init__(
        self,
        shards: Sequence[Rows],
        dimensions: int,
        folder: Path = Path("shards"),
        check: Callable[[], None] | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        self.shards = list(shards)
        self.dimensions = dimensions
        self.blocks_of_row = blocks
        self._folder = folder
        self._check_files = check
        self._checked = [False] * len(self.shards)  # the whole shard
        self.starts = np.cumsum([0, *map(len, self.shards)])  # the position of each one's first
        self._step = max(_ROWS_A_BLOCK // dimensions, 1)  # rows

    def __len__(self) -> int:
        return int(self.starts[-1])

    def take(self, positions: Codes) -> Embeddings:
        """Embeddings (k, d) at k positions, copied into memory."""
        self._check_files_once()
        rows = np.empty((len(positions), self.dimensions), dtype=np.float32)
        order = np.argsort(positions, kind="stable")  # from one end of each file to the other
        bounds = np.searchsorted(positions[order], self.starts)
        for shard, start, begin, end in zip(
            self.shards, self.starts[:-1], bounds[:-1], bounds[1:], strict=True
        ):
            for first in range(begin, end, self._step):
                chosen = order[first : min(first + self._step, end)]
                rows[chosen] = shard[positions[chosen] - start]
        self._check_rows(rows)
        return rows

    def blocks(self) -> Iterator[tuple[slice, Embeddings]]:
        """Yield pairs (slice of positions, embeddings in float32) that cover all embeddings."""
        self._check_files_once()
        for number, (shard, start) in enumerate(
            zip(self.shards, self.starts[:-1].tolist(), strict=True)
        ):
            half = is_half(shard)
            if not half:
                self._check_shard_once(number)
            for first in range(0, len(shard), self._step):
                rows = shard[first : first + self._step].astype(np.float32, copy=False)
                if half:
                    self._check_rows(rows)
                yield slice(start + first, start + first + len(rows)), rows

    def nearest(self, direction: Floats, k: int, among: NDArray[np.bool_]) -> Nearest:
        """The k embeddings nearest to a direction by dot product: positions and dot products.

        More than k if several are equal at rank k. Only rows in the mask `among` (n,) are searched.
        A direction that is shorter than rows is compared with their first numbers. Positions that
        float32 cannot tell from the best ones are compared in float64.
        """
        k = min(k, int(np.count_nonzero(among)))
        if k <= 0:
            return Nearest(np.empty(0, dtype=np.intp), np.empty(0))
        self._check_files_once()
        query = np.zeros(self.dimensions)
        query[: len(direction)] = direction
        # Twice the bound on a float32 scalar product's error with a row of the greatest length.
        most = 1.0 if self.blocks_of_row is None else self.blocks_of_row.max_norm
        slack = 2 * (self.dimensions + 2) * 2.0**-23 * most * math.sqrt(float(query @ query))
        parts = [among[start:end] for start, end in pairwise(self.starts.tolist())]
        # FAISS lets go of Python's lock, and reads rows that are not aligned without a copy.
        with ThreadPoolExecutor(_threads()) as threads:
            rough = list(threads.map(partial(self._greatest, query, k), range(len(parts)), parts))
            least = np.partition(np.concatenate([found for _, found in rough]), -k)[-k] - slack
            # Of a shard with k of them there may be more.
            rough = list(
                threads.map(partial(self._at_least, query, least), range(len(parts)), parts, rough)
            )
        positions = np.sort(
            np.concatenate(
                [rows + start for (rows, _), start in zip(rough, self.starts[:-1], strict=True)]
            )
        )
        products = self._exact_products(positions, query)
        best = np.lexsort((positions, -products))
        best = best[products[best] >= products[best[k - 1]]]
        return Nearest(positions[best], products[best])

    def _greatest(
        self, query: Floats, k: int, number: int, among: NDArray[np.bool_]
    ) -> tuple[Codes, NDArray[np.float32]]:
        """The k rows of a shard nearest to `query` by dot product: row numbers and products.

        Their order is any.
        """
        shard = self.shards[number]
        self._check_shard_once(number)
        if is_half(shard):
            return half_precision.greatest(shard, query, k, None if among.all() else among)
        products = self._products(shard, query, among)
        k = min(k, len(products))
        rows = np.argpartition(products, len(products) - k)[len(products) - k :]
        rows = rows[among[rows]]
        return rows, products[rows]

    def _at_least(
        self,
        query: Floats,
        least: float,
        number: int,
        among: NDArray[np.bool_],
        rough: tuple[Codes, NDArray[np.float32]],
    ) -> tuple[Codes, NDArray[np.float32]]:
        """Shard rows that have a dot product of at least `least` with `query`, and the products."""
        rows, products = rough
        shard = self.shards[number]
        while len(rows) and len(rows) < len(shard) and products.min() >= least:
            rows, products = self._greatest(query, 4 * len(rows), number, among)
            if len(rows) == np.count_nonzero(among):
                break
        return rows[products >= least], products[products >= least]

    @staticmethod
    def _products(shard: Rows, query: Floats, among: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Dot products (n,) of a shard's n rows with `query`; −∞ where mask `among` is False."""
        import faiss

        products = np.empty(len(shard), dtype=np.float32)
        narrow = np.ascontiguousarray(query, dtype=np.float32)
        faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]
            *(faiss.swig_ptr(array) for array in (products, narrow, shard)), *shard.shape[::-1]
        )
        products[~among] = -np.inf
        return products

    def _check_files_once(self) -> None:
        """Call the given check function, if any, before the first use of the shard files."""
        if self._check_files is not None:
            self._check_files()
            self._check_files = None

    def _check_shard_once(self, number: int) -> None:
        """Raise BrokenIndexError if a shard has invalid rows; each shard is checked once."""
        if not self._checked[number]:
            shard = self.shards[number]
            if not is_half(shard):
                self._check_rows(shard)
            elif not half_precision.within_bounds(shard):
                raise self._damaged()
            self._checked[number] = True

    def _check_rows(self, rows: Embeddings) -> None:
        """Raise BrokenIndexError if any of the rows is not a valid embedding.

        It, or its first block, must be of unit length, and its values within bounds.
        """
        import faiss

        if self.blocks_of_row is not None:
            if not self.blocks_of_row.undamaged(rows).all():
                raise self._damaged()
            return
        lengths = np.empty(len(rows), dtype=np.float32)
        faiss.fvec_norms_L2sqr(  # type: ignore[attr-defined]
            *(faiss.swig_ptr(array) for array in (lengths, rows)), *rows.shape[::-1]
        )
        if not (np.abs(lengths - 1) <= _MAX_LENGTH_ERROR).all():
            raise self._damaged()

    def _damaged(self) -> BrokenIndexError:
        return BrokenIndexError(self._folder, "an embedding in it is damaged")

    def _exact_products(self, positions: Codes, direction: Floats) -> Floats:
        """Dot products (k,) of a direction with the embeddings at k positions, in float64.

        They are computed in small blocks to bound the memory.
        """
        products = np.empty(len(positions))
        for start in range(0, len(positions), self._step):
            part = slice(start, start + self._step)
            rows = self.take(positions[part]).astype(np.float64)
            # einsum adds up each row in the same order, so equal rows score equally.
            products[part] = np.einsum("nd,d->n", rows, direction)
        return products


def _threads() -> int:
    import faiss

    return int(faiss.omp_get_max_threads())
