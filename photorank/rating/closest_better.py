"""The closest better photo: of the same kind, and rated clearly higher."""

from dataclasses import dataclass

import numpy as np

from photorank.index.opened import Index, Photo
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector

_NEAR = 1000  # photos that are looked at first
_CLEARLY = 0.5  # standard deviations of the index's ratings
# Of one kind are the likest pairs of an index: so many, or as many as give each photo ten of its
# kind. Of OASIS' photos a third have no better one as alike: else acorns are shown a dessert. An
# index may hold dozens of shots of each scene: half of the way from any two photos to the same one
# is enough.
_ALIKE, _OF_ITS_KIND = 0.02, 10
_PAIRS = 2000  # a sample that tells how alike those are


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
    """Return the k photos nearest to a photo among those of its kind rated clearly higher.

    Of its kind are photos as alike as the likest fiftieth of the index's pairs of photos; in
    an index of less than 500, as the pairs that give each photo ten of its kind on average; or
    nearer to being the same than to being any two.

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
        The nearest first, none if there is none of its kind; rated higher by half a standard
        deviation of the index's ratings, or by less where no photo is.
    """
    [own] = vector.rate(embedding[None], index.fingerprint)
    higher = ratings > own + _CLEARLY * ratings.std()
    if not higher.any():
        higher = ratings > own + 1e-6 * ratings.std()
    direction = embedding.astype(np.float64)
    rows, similarities = index.nearest(direction, min(_NEAR, len(index)))
    alike = _alike(index)
    if int(higher[rows].sum()) < k and similarities[-1] >= alike:
        rows, similarities = index.nearest(direction, len(index))
    chosen = np.flatnonzero(higher[rows] & (similarities >= alike))[:k]
    return [
        Better(
            int(rows[at]),
            index.photo(int(rows[at])),
            float(similarities[at]),
            float(ratings[rows[at]]),
        )
        for at in chosen
    ]


def _alike(index: Index) -> float:
    """Return the cosine from which two photos are of one kind."""
    if len(index) < 2:
        return 1.0
    draw = np.random.default_rng(0)
    first = draw.integers(len(index), size=_PAIRS)
    second = (first + draw.integers(1, len(index), size=_PAIRS)) % len(index)
    one, other = index.embeddings_of(first), index.embeddings_of(second)
    share = min(max(_ALIKE, _OF_ITS_KIND / len(index)), 1.0)
    cosines = np.einsum("ij,ij->i", one, other)
    return float(min(np.quantile(cosines, 1 - share), (1 + cosines.mean()) / 2))
