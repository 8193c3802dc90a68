"""Kinds of content (groups or clusters of photos), and their effect on ratings."""

from collections.abc import Callable
from math import nan

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import MissingExtraError, MissingWeightsError, NoTextError
from photorank.index.opened import Index
from photorank.learning.judged_photos import JudgedPhotos
from photorank.metrics.estimates import Estimate, student
from photorank.rating.concepts import CONCEPTS, concept_embeddings
from photorank.typing import Codes, Embeddings, Floats

_MAX_DIRECTIONS = 16  # removed; with many small groups, further ones are noise
_MIN_VARIANCE = 1e-6


def kinds_of(
    index: Index,
    photos: JudgedPhotos,
    by: str,
    clusters: int,
    seed: int,
    load: Callable[[], Encoder] | None,
) -> tuple[Codes, list[str]]:
    """Kinds of content of n judged photos: array (n,) of kind numbers, and list of kind names."""
    if by == "group":
        return photos.groups, list(index.labels().group_names)
    from sklearn.cluster import KMeans

    X = photos.heads  # in which likeness is
    means = KMeans(min(clusters, len(X)), n_init=4, random_state=seed).fit(X)
    return means.labels_.astype(np.intp), _names(index, means.cluster_centers_, X, load)


def content_directions(X: Embeddings, codes: Codes) -> Floats:
    """Orthonormal directions (r, d) that span the differences between kinds' mean embeddings.

    `codes` (n,) is the kind of each row of X (n, d), −1 for none. r is one fewer than there are
    kinds, at most 16. A direction without them rates all kinds alike, up to what is left.

    Examples
    --------
    >>> content_directions(np.array([[1.0, 0.0], [0.0, 0.0]], np.float32), np.array([0, 1])).shape
    (1, 2)
    """
    kinds = np.unique(codes[codes >= 0])
    means = np.stack([X[codes == kind].astype(np.float64).mean(axis=0) for kind in kinds])
    sizes = np.array([np.count_nonzero(codes == kind) for kind in kinds])
    centred = (means - np.average(means, axis=0, weights=sizes)) * np.sqrt(sizes)[:, None]
    _, lengths, spanned = np.linalg.svd(centred, full_matrices=False)
    kept = min(len(kinds) - 1, _MAX_DIRECTIONS)
    found: Floats = spanned[:kept][lengths[:kept] > _MIN_VARIANCE * max(lengths[0], _MIN_VARIANCE)]
    return found


def between_kinds(ratings: Floats, codes: Codes, *, level: float = 0.95) -> Estimate:
    """Share of the ratings' variance that lies between kinds of content; 0 is expected by chance.

    Kelley's ε² (1935, https://doi.org/10.1073/pnas.21.9.554), whose expected value at chance is 0,
    so it may fall a little below. `codes` (n,) is −1 for photos left out. The interval is a
    jackknife over photos.

    Examples
    --------
    >>> two = np.repeat([0, 1], 10)
    >>> between_kinds(two.astype(float), two).value
    1.0
    """
    shown = np.flatnonzero(codes >= 0)
    r, kinds = ratings[shown], np.unique(codes[shown], return_inverse=True)[1]
    n = len(r)
    value = _epsilon(r, kinds)
    without = np.array([_epsilon(np.delete(r, at), np.delete(kinds, at)) for at in range(n)])
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    spread = student(value, error, n - 1, level=level, limit=1.0)
    return Estimate(value, spread.low, spread.high, n, 0, "jackknife")


def _epsilon(r: Floats, kinds: Codes) -> float:
    sizes = np.bincount(kinds)
    sizes_known = sizes > 0
    means = np.bincount(kinds, r)[sizes_known] / sizes[sizes_known]
    total = float(((r - r.mean()) ** 2).sum())
    between = float((sizes[sizes_known] * (means - r.mean()) ** 2).sum())
    groups, n = int(sizes_known.sum()), len(r)
    if total == 0 or n <= groups:
        return nan
    return (between - (groups - 1) * (total - between) / (n - groups)) / total


def _names(
    index: Index, centres: Floats, X: Embeddings, load: Callable[[], Encoder] | None
) -> list[str]:
    """Unique names of clusters, such as ``like a beach`` (nearest concept) or ``cluster 1``.

    A name is the concept that sets the cluster apart most. Clusters are numbered without a text
    network, and where there are more clusters than concepts.
    """
    numbered = [f"cluster {number + 1}" for number in range(len(centres))]
    if load is None:
        return numbered
    try:
        texts = concept_embeddings(index, load)
    except (MissingWeightsError, MissingExtraError, NoTextError):
        return numbered
    head = index.manifest.head  # which alone is compared with texts
    shown = X[:, :head] @ texts.T
    above = (centres[:, :head] @ texts.T - shown.mean(axis=0)) / shown.std(axis=0)  # (clusters, c)
    for _ in range(min(above.shape)):  # there may be more clusters than concepts
        cluster, concept = np.unravel_index(np.argmax(above), above.shape)
        numbered[cluster] = f"like {CONCEPTS[concept]}"
        above[cluster], above[:, concept] = -np.inf, -np.inf
    return numbered
