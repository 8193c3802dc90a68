"""Metrics of the top k photos of each ranked list: NDCG, precision at k and album regret.

A list is one block of the comparison graph: a test fold, or one group's share
of it. Each metric is counted list by list, and photos of equal rating stand
in for each other: they share the places that they take together.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.codes import run_starts
from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.errors import ComparisonsError
from photorank.metrics.pair_sums import checked_ratings
from photorank.typing import Floats, Labels


def ndcg(ratings: ArrayLike, comparisons: Comparisons, k: int | None = None) -> float:
    """Normalised discounted cumulative gain of the first k photos, mean over ranked lists.

    A photo's gain is how far its label lies above the lowest label of all,
    discounted by log2(1 + its place).

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons
        Of scores, not restricted to pairs across groups.
    k : int, optional
        Places that count; all by default.

    Returns
    -------
    float
        From 0 to 1, higher is better. Chance is far above 0 and depends on
        the labels: the mean gain over the discounted best ones; compare with
        constant ratings, which score exactly that. nan for choices and where
        no list has two different labels.

    References
    ----------
    Järvelin, K. & Kekäläinen, J. (2002). Cumulated gain-based evaluation of
    IR techniques. https://doi.org/10.1145/582415.582418

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([0.0, 1.0, 2.0, 3.0])
    >>> round(ndcg([0.1, 0.2, 0.4, 0.3], comparisons, k=2), 3)
    0.913
    """
    return _mean(ndcg_by_block(checked_ratings(ratings, comparisons.n), comparisons, k))


def precision_at_k(ratings: ArrayLike, comparisons: Comparisons, k: int) -> float:
    """Mean share of the k best-rated photos in a list that are also among the k best labelled.

    A photo as good as the k-th best labelled is among the best.

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons
        Of scores, not restricted to pairs across groups.
    k : int
        A list shorter than this counts as a whole.

    Returns
    -------
    float
        From 0 to 1, higher is better; at chance the share of such photos,
        k / n without ties. nan as for :func:`ndcg`.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([0.0, 1.0, 2.0, 3.0])
    >>> precision_at_k([0.4, 0.1, 0.2, 0.3], comparisons, k=2)
    0.5
    """
    return _mean(precision_by_block(checked_ratings(ratings, comparisons.n), comparisons, k))


def album_regret_at_k(ratings: ArrayLike, comparisons: Comparisons, k: int) -> float:
    """Mean label of the k best-rated photos, rescaled so that chance gives 0 and the optimum 1.

    The best possible is the mean label of the k best-labelled photos. Despite the name, the value
    is one minus the regret, so that higher is better.

    Parameters
    ----------
    ratings : array-like of shape (n,)
    comparisons : Comparisons
        Of scores, not restricted to pairs across groups.
    k : int
        Places in the album.

    Returns
    -------
    float
        At most 1, higher is better, 0 at chance, negative if worse. Lists of
        no more than k photos leave no choice and do not count; nan as for
        :func:`ndcg`.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([0.0, 1.0, 2.0, 3.0])
    >>> album_regret_at_k([0.1, 0.4, 0.2, 0.3], comparisons, k=2)
    0.5
    """
    return _mean(album_regret_by_block(checked_ratings(ratings, comparisons.n), comparisons, k))


def ndcg_by_block(ratings: ArrayLike, comparisons: Comparisons, k: int | None = None) -> Floats:
    """NDCG of the photos of each block, as ranked by each column of the ratings.

    Shape (l,) for l lists and ratings (n,); (l, c) for ratings (n, c). Lists of equal labels are
    left out; empty for choices, as those of the other metrics.
    """

    def gain(r: Floats, y: Labels, lowest: float) -> Floats:
        discount = 1 / np.log2(np.arange(len(y)) + 2)
        discount[len(y) if k is None else k :] = 0
        gains = y - lowest
        return gains @ _rank_weights(r, discount) / (gains @ _rank_weights(y, discount))

    return _by_block(gain, ratings, comparisons, 1 if k is None else k)


def precision_by_block(ratings: ArrayLike, comparisons: Comparisons, k: int) -> Floats:
    """Precision at k of each ranked list, separately for each column of ratings.

    Shape (l,) for l lists and ratings (n,); (l, c) for ratings (n, c).
    """

    def precision(r: Floats, y: Labels, lowest: float) -> Floats:
        kth_best = np.sort(y)[::-1][min(k, len(y)) - 1]
        return (y >= kth_best) @ _rank_weights(r, _first_places(k, len(y)))

    return _by_block(precision, ratings, comparisons, k)


def album_regret_by_block(ratings: ArrayLike, comparisons: Comparisons, k: int) -> Floats:
    """One minus the album regret of each block (list of photos), for each column of ratings.

    The scale is 0 at chance and 1 for the k best labelled; nan for lists of no more than k photos.

    Shape (l,) for l lists and ratings (n,); (l, c) for ratings (n, c).
    """

    def gain(r: Floats, y: Labels, lowest: float) -> Floats:
        if k >= len(y):
            return np.full(r.shape[1:], np.nan)
        places = _first_places(k, len(y))
        chosen, best = y @ _rank_weights(r, places), y @ _rank_weights(y, places)
        return (chosen - y.mean()) / (best - y.mean())

    return _by_block(gain, ratings, comparisons, k)


def _by_block(
    metric: Callable[[Floats, Labels, float], Floats],
    ratings: ArrayLike,
    comparisons: Comparisons,
    k: int,
) -> Floats:
    """Value of the function `metric` for every block (list of photos) in every ratings column.

    Shape (l,) for l lists and ratings (n,); (l, c) for ratings (n, c). Lists of equal labels are
    left out. `metric` is given a list's ratings and labels, and the lowest label of all lists.
    """
    if k < 1:
        raise ComparisonsError(f"the first k places need k of at least 1, not {k}")
    r = checked_ratings(ratings, comparisons.n, by_column=True)
    if not isinstance(comparisons, ScoreComparisons) or comparisons.different is not None:
        return np.empty((0, *r.shape[1:]))  # choices make no list, nor do pairs across groups
    y = comparisons.scores
    lowest = float(np.nanmin(y)) if len(comparisons.rows) else 0.0
    lists = [rows for rows in comparisons.blocks() if np.ptp(y[rows]) > 0]
    values = [metric(r[rows], y[rows], lowest) for rows in lists]
    return np.reshape(values, (len(lists), *r.shape[1:])).astype(np.float64)


def _rank_weights(values: Floats, places: Floats) -> Floats:
    """Weight of each value by its rank, highest value first; tied values get equal weights."""
    order = np.argsort(-values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    given = np.empty(values.shape)
    if (ordered[1:] != ordered[:-1]).all():
        np.put_along_axis(given, order, places.reshape(-1, *[1] * (values.ndim - 1)), axis=0)
        return given
    if values.ndim > 1:
        return np.stack([_rank_weights(column, places) for column in values.T], axis=1)
    begins = np.flatnonzero(run_starts(ordered))
    count = np.diff(begins, append=len(values))
    given[order] = np.repeat(np.add.reduceat(places, begins) / count, count)
    return given


def _first_places(k: int, n: int) -> Floats:
    """Weights (n,) of n ranks: 1/k for each of the first k, 0 for the rest."""
    k = min(k, n)
    return (np.arange(n) < k) / k


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
