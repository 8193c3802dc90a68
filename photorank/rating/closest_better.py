"""Search for similar photos that are rated clearly higher than a given photo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from photorank.index.opened import Index, Photo
from photorank.typing import Codes, Embeddings, Ratings
from photorank.vectors.master import MasterVector

_THE_SAME = 0.999  # cosine from which it is the same photo, perhaps embedded anew
_FIRST_SEARCHED = 1000  # nearest photos searched before all others
_CLEARLY_HIGHER = 0.5  # standard deviations of the index's ratings
# Share of an index's pairs that are alike, and, in small indexes, how many photos each is alike to
# at least. Of OASIS' photos a third have no better one as alike: else acorns are shown a dessert.
_ALIKE_PAIRS, _ALIKE_PHOTOS = 0.02, 10
_SAMPLED_PAIRS = 2000  # random pairs from which the cosine threshold is estimated


@dataclass(frozen=True)
class BetterPhoto:
    """Photo of the index that is similar to the given photo and rated higher."""

    row: int
    photo: Photo
    similarity: float  # cosine
    rating: float


def closest_better(
    index: Index,
    vector: MasterVector,
    embedding: Embeddings,
    ratings: Ratings,
    *,
    k: int = 3,
    on_changed: Callable[[list[Photo]], object] | None = None,
) -> list[BetterPhoto]:
    """Up to k photos that are similar to the given photo and rated higher, most similar first.

    The least similarity is :func:`alike_cosine`.

    Higher by half a standard deviation of the index's ratings (n,), or by less where no photo
    is. Photos whose files have changed since are left out, after `on_changed` is called with them,
    and so is the photo itself, whose embedding (d,) may be of the index or not.
    """
    [own] = vector.rate(embedding[None], index.fingerprint)
    higher = ratings > own + _CLEARLY_HIGHER * ratings.std()
    if not higher.any():
        higher = ratings > own + 1e-6 * ratings.std()
    direction = embedding[: index.manifest.head].astype(np.float64)
    alike = alike_cosine(index)
    rows, similarities = index.nearest(direction, min(_FIRST_SEARCHED, len(index)))
    if int(higher[rows].sum()) < k and similarities[-1] >= alike:
        rows, similarities = index.nearest(direction, len(index))
    others = higher[rows] & (similarities >= alike) & (similarities < _THE_SAME)
    chosen, changed = _unchanged(index, rows, np.flatnonzero(others), k)
    if changed and on_changed is not None:
        on_changed([index.photo(row) for row in changed])
    return [
        BetterPhoto(row, index.photo(row), similarity, float(ratings[row]))
        for row, similarity in zip(
            rows[chosen].tolist(), similarities[chosen].tolist(), strict=True
        )
    ]


def _unchanged(index: Index, rows: Codes, places: Codes, k: int) -> tuple[Codes, list[int]]:
    """Two results: positions of the first k unchanged photos, and row numbers of changed photos.

    `places` and the positions are of `rows`. The changed photos are those met before the k-th.
    """
    kept: list[int] = []
    gone: list[int] = []
    for start in range(0, len(places), k):
        some = places[start : start + k]
        changed = index.changed(rows[some])
        kept += some[~np.isin(rows[some], changed)].tolist()
        gone += changed
        if len(kept) >= k:
            break
    return np.array(kept[:k], dtype=np.intp), gone


def alike_cosine(index: Index, share: float | None = None) -> float:
    """Minimum cosine similarity at which two photos of an index count as similar.

    It is the cosine of the likest `share` of all pairs: by default a fiftieth, or, in an index of
    less than 500, what gives each photo ten others on average. Half of the way from any two
    photos to the same one is enough: an index may hold dozens of shots of each scene.
    """
    if len(index) < 2:
        return 1.0
    draw = np.random.default_rng(0)
    first = draw.integers(len(index), size=_SAMPLED_PAIRS)
    second = (first + draw.integers(1, len(index), size=_SAMPLED_PAIRS)) % len(index)
    cosines = np.einsum("ij,ij->i", index.heads_of(first), index.heads_of(second))
    if share is None:
        share = min(max(_ALIKE_PAIRS, _ALIKE_PHOTOS / len(index)), 1.0)
    return float(min(np.quantile(cosines, 1 - share), (1 + cosines.mean()) / 2))
