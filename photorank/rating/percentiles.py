"""Percentiles of ratings, among themselves or among reference ratings."""

import numpy as np

from photorank.typing import Ratings

# Difference of ratings below which they are of one photo that was embedded twice.
_ONE_PHOTO = 1e-6


def percentiles(ratings: Ratings) -> Ratings:
    """Percentile of each rating (n,) among all ratings, 0-100; ties count half.

    The best of many is near 100, the median 50; a single photo stands at 50.

    Examples
    --------
    >>> percentiles(np.array([0.3, 0.1, 0.2, 0.2]))
    array([87.5, 12.5, 50. , 50. ])
    """
    n = len(ratings)
    order = np.argsort(ratings)
    ordered = ratings[order]
    below = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))[:n]  # each value's first
    at_most = np.append(below[1:], n)[: len(below)]
    standing = np.empty(n)
    standing[order] = np.repeat(100 * (below + at_most) / (2 * max(n, 1)), at_most - below)
    return standing


def percentiles_among(ratings: Ratings, collection: Ratings) -> Ratings:
    """Percentile of each rating (n,) among reference ratings (k,), 0-100; ties count half.

    A photo of the collection that is embedded anew ties with itself; nan stands nowhere.
    """
    order = np.sort(collection)
    below = np.searchsorted(order, ratings - _ONE_PHOTO, "left")
    at_most = np.searchsorted(order, ratings + _ONE_PHOTO, "right")
    standing = 100 * (below + at_most) / (2 * max(len(order), 1))
    return np.where(np.isnan(ratings), np.nan, standing)


def share_below(ratings: Ratings, collection: Ratings) -> Ratings:
    """Percentage, 0-100, of reference ratings (k,) that are below each rating (n,).

    Unlike a percentile it counts no tie, so that “better than so much of them” is true word by
    word: of three photos the best is better than two thirds.

    Examples
    --------
    >>> collection = np.array([0.3, 0.1, 0.2, 0.2])
    >>> share_below(collection, collection)
    array([75.,  0., 25., 25.])
    """
    lower = np.searchsorted(np.sort(collection), ratings - _ONE_PHOTO, "left")
    return 100 * lower / max(len(collection), 1)
