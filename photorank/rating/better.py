"""The closest better photo: of the same kind, and rated clearly higher."""

from dataclasses import dataclass

import numpy as np

from photorank.index.store import Index, Photo
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector

_NEAR = 1000  # photos that are looked at first
_CLEARLY = 0.5  # standard deviations of the index's ratings


@dataclass(frozen=True)
class Better:
    """A photo of the index that is like another and rated higher."""

    row: int
    photo: Photo
    similarity: float  # cosine
    rating: float


def closest_better(
    index: Index, vector: MasterVector, embedding: Embeddings, ratings: Ratings, *, k: int = 3
) -> list[Better]:
    """Return the k photos nearest to a photo among those rated clearly higher.

    Parameters
    ----------
    index : Index
    vector : MasterVector
    embedding : ndarray of shape (d,)
        The photo's, of the index or not.
    ratings : ndarray of shape (n,)
        The vector's, of the index.
    k : int, default=3

    Returns
    -------
    list of Better
        The nearest first; rated higher by half a standard deviation of the
        index's ratings, or by less where none is.
    """
    [own] = vector.rate(embedding[None], index.fingerprint)
    higher = ratings > own + _CLEARLY * ratings.std()
    if not higher.any():
        higher = ratings > own + 1e-6 * ratings.std()
    direction = embedding.astype(np.float64)
    rows, similarities = index.nearest(direction, min(_NEAR, len(index)))
    if int(higher[rows].sum()) < min(k, int(higher.sum())):
        rows, similarities = index.nearest(direction, len(index))
    chosen = np.flatnonzero(higher[rows])[:k]
    return [
        Better(
            int(rows[at]),
            index.photo(int(rows[at])),
            float(similarities[at]),
            float(ratings[rows[at]]),
        )
        for at in chosen
    ]
