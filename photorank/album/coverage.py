"""Coverage: how well an album's photos represent the other photos, by cosine similarity."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.codes import places
from photorank.typing import Codes, Embeddings, Floats

CoverRows: TypeAlias = NDArray[np.float32]  # (m, c), ≥ 0
Cover: TypeAlias = NDArray[np.float32]  # (c,) of each client, by a set
T = TypeVar("T")

ROWS_A_BLOCK = 128  # rows of similarities processed together, which a core's cache holds
_MIN_BLOCKS_FOR_THREADS = 32  # fewer are not worth starting threads
_SAME_PHOTO_DISTANCE = 1e-6  # cosine distance below which photos count as equal
_FEW = 0.25  # share of all cosines up to which those that are new are added to the others
_MOST_KEPT = 2  # photos whose cosines are kept, for each photo of the request


class Similarities:
    """Similarity matrix (n, c), ≥ 0, of n candidate photos and c photos to be represented."""

    def __init__(self, rows: CoverRows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: Codes | slice | int) -> CoverRows:
        """Similarities (m, c) between m album candidates and the c photos to be represented."""
        some: CoverRows = self._rows[rows]
        return some

    @property
    def n_represented(self) -> int:
        """Number of photos that an album should represent.

        The code calls these photos clients.
        """
        return self._rows.shape[1]

    @cached_property
    def sums(self) -> Floats:
        """Sum (n,) of each candidate's similarities to all photos to be represented."""

        def total(start: int) -> Floats:
            part = self[start : start + ROWS_A_BLOCK]
            sums: Floats = part.sum(axis=1, dtype=np.float64)
            return sums

        return np.concatenate([np.empty(0), *in_blocks(total, len(self))])

    @cached_property
    def most(self) -> Cover:
        """Greatest similarity (c,) of each of c photos to any candidate photo for the album."""
        return _greatest(self._rows, np.arange(len(self)), 0.0)


class CosineSimilarities(Similarities):
    """Matrix of photo similarities that stores cosines, and converts the part that is read."""

    def __init__(self, cosines: CoverRows, typical: float) -> None:
        super().__init__(cosines)
        self._typical = typical

    def __getitem__(self, rows: Codes | slice | int) -> CoverRows:
        return similarities_of(self._rows[rows], self._typical)

    @cached_property
    def most(self) -> Cover:
        """Greatest similarity (c,) of each of c photos to any of the candidate photos."""
        return self.most_by(np.arange(len(self)))

    def most_by(self, rows: Codes) -> Cover:
        """Greatest similarity (c,) of each of c photos to any of the candidate photos in `rows`."""
        return similarities_of(_greatest(self._rows, rows, -np.inf), self._typical)


class _SelectedSimilarities(Similarities):
    """Rows of a similarity matrix for selected photos, read from the matrix when needed."""

    def __init__(self, whole: CosineSimilarities, at: Codes) -> None:
        super().__init__(whole[:0])
        self._whole, self._at = whole, at

    def __len__(self) -> int:
        return len(self._at)

    def __getitem__(self, rows: Codes | slice | int) -> CoverRows:
        return self._whole[self._at[rows]]

    @cached_property
    def sums(self) -> Floats:
        """Row sums (n,) of the similarity matrix, one sum for each selected photo."""
        some: Floats = self._whole.sums[self._at]
        return some

    @cached_property
    def most(self) -> Cover:
        """Greatest similarity (c,) of each of c photos to any of the selected candidate photos."""
        return self._whole.most_by(self._at)


class KeptSimilarities:
    """Cache of similarities between photos, reused when the next album is chosen.

    A pinned photo or one that is left out changes few of the candidates and of those that they
    stand for: only the cosines of these are worked out anew.
    """

    def __init__(self, heads: Embeddings) -> None:
        self._heads = heads
        self._rows = self._clients = np.empty(0, dtype=np.intp)
        self._cosines: CoverRows = np.empty((0, 0), dtype=np.float32)
        self._similarities: CosineSimilarities | None = None

    def of(self, rows: Codes, clients: Codes) -> Similarities:
        """Similarities (g, c) of candidate photos (`rows`) to photos to be represented (`clients`).

        Both are ascending row numbers. The columns may be in another order. What was returned
        before is no longer valid.
        """
        own = places(self._rows, len(self._heads))
        new_rows = rows[own[rows] < 0]
        new = clients[places(self._clients, len(self._heads))[clients] < 0]
        pairs = len(self._rows) * len(new) + len(new_rows) * len(clients)
        if (
            len(clients) != len(self._clients)
            or pairs > _FEW * len(rows) * len(clients)
            or len(self._rows) > _MOST_KEPT * len(rows)
        ):
            self._rows, self._clients = rows, clients
            self._cosines = cosines_of(self._heads[rows], self._heads[clients])
            self._similarities = None
        elif pairs:
            self._replace(clients, new)
            self._append(new_rows)
            self._similarities = None
        if self._similarities is None:
            self._similarities = CosineSimilarities(
                self._cosines, _typical_cosine(self._heads[clients])
            )
        if np.array_equal(rows, self._rows):
            return self._similarities
        return _SelectedSimilarities(self._similarities, places(self._rows, len(self._heads))[rows])

    def _replace(self, clients: Codes, new: Codes) -> None:
        """Overwrite unneeded columns of cached cosines with columns for the photos in `new`.

        A column has the cosines of all cached candidates with one photo to be represented.
        """
        if not len(new):
            return
        gone = np.flatnonzero(~np.isin(self._clients, clients))
        self._clients = self._clients.copy()
        self._clients[gone] = new
        near = self._heads[new]

        def fill(start: int) -> None:
            part = slice(start, start + ROWS_A_BLOCK)
            self._cosines[part, gone] = cosines_of(self._heads[self._rows[part]], near)

        in_blocks(fill, len(self._rows))

    def _append(self, rows: Codes) -> None:
        """Append the cosines of each new candidate photo to the cache, as one row."""
        if len(rows):
            more = cosines_of(self._heads[rows], self._heads[self._clients])
            self._rows = np.concatenate([self._rows, rows])
            self._cosines = np.concatenate([self._cosines, more])


def likeness(embeddings: Embeddings, near: Embeddings) -> CoverRows:
    """Similarities (g, c) of g photos to c others, from 0 (average cosine) to 1 (identical).

    The average is the mean cosine between two photos in `near`.
    """
    return similarities_of(cosines_of(embeddings, near), _typical_cosine(near))


def cosines_of(heads: Embeddings, near: Embeddings) -> CoverRows:
    """Cosines (g, c) of each embedding in `heads` with each one in `near`, all of unit length."""
    cosines: CoverRows = heads @ near.T
    return cosines


def similarities_of(cosines: CoverRows, typical: float) -> CoverRows:
    """Similarities, 0 to 1, computed from cosines; 0 for cosines up to `typical`.

    `typical` is the mean cosine of two photos. The similarities are squared, so that a photo that
    is a little like hundreds does not stand for all of them.
    """
    if 1 - typical < _SAME_PHOTO_DISTANCE:
        return np.ones_like(cosines)
    similarities = cosines - np.float32(typical)
    similarities /= np.float32(1 - typical)
    np.maximum(similarities, 0, out=similarities)
    np.square(similarities, out=similarities)
    return similarities


def in_blocks(work: Callable[[int], T], n: int) -> list[T]:
    """Results of `work(start)` for each block of rows; `start` is the block's first row number.

    The blocks divide n rows. Threads are used if there are many blocks.
    """
    starts = range(0, n, ROWS_A_BLOCK)
    if len(starts) < _MIN_BLOCKS_FOR_THREADS:
        return [work(start) for start in starts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, starts))


def _typical_cosine(near: Embeddings) -> float:
    """Mean cosine over all pairs of different photos; 0 for fewer than two photos."""
    c = len(near)
    total = near.sum(axis=0, dtype=np.float64)
    return float((total @ total - c) / (c * (c - 1))) if c > 1 else 0.0


def _greatest(matrix: CoverRows, rows: Codes, least: float) -> Cover:
    """Maximum of each column (c,) over the given rows of a matrix, but at least `least`."""

    def most(start: int) -> Cover:
        best: Cover = matrix[rows[start : start + ROWS_A_BLOCK]].max(axis=0)
        return best

    none = np.full(matrix.shape[1], least, dtype=np.float32)
    best: Cover = np.max([none, *in_blocks(most, len(rows))], axis=0)
    return best
