"""Pearson's r after a logistic fit of ratings to labels, as in image-quality papers."""

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.metrics.pair_sums import checked_ratings
from photorank.metrics.ranking import pearson_by_column
from photorank.typing import Floats, Labels, Ratings

_MIDDLES = 13  # quantiles of the ratings tried as the curve's centre
_BEYOND = np.array([2.0, 6.0])  # standard deviations beyond the ratings, also tried as centre
# Widths that are tried, in standard deviations of the ratings: narrower is a step, wider a line.
_WIDTHS = np.geomspace(0.05, 10, 9)
# Steps from the best middle and log width to the next ones tried, shrinking at each refinement.
_STEPS = np.stack(np.meshgrid([-1, -0.5, 0, 0.5, 1], [-1, -0.5, 0, 0.5, 1]), axis=-1).reshape(-1, 2)
_REFINEMENTS, _SHRINK = 12, 1.6
_FLAT = 1e-12  # standard deviation below which a curve counts as constant


def pearson_after_logistic(ratings: ArrayLike, comparisons: Comparisons) -> float:
    """Pearson's r after a logistic curve maps the ratings to the scale of the labels.

    The curve has four parameters, low + height / (1 + exp(−(r − middle) /
    width)), and is fitted by least squares to all labelled photos together.
    It rises, or falls if the plain r is negative, so it forgives a bent scale
    and not a wrong order. Fitted to the photos it is measured on, it flatters
    a little: quote it as such, and beside :func:`pearson`.

    Parameters
    ----------
    ratings : array-like of shape (n,)
        On one scale over all blocks.
    comparisons : Comparisons
        Of scores; choices have no values.

    Returns
    -------
    float
        From −1 to 1, higher is better; near 0 at chance. nan as for
        :func:`pearson`.

    References
    ----------
    Sheikh, H. R., Sabir, M. F. & Bovik, A. C. (2006). A statistical evaluation
    of recent full reference image quality assessment algorithms.
    https://doi.org/10.1109/TIP.2006.881959

    Examples
    --------
    >>> from photorank.metrics.ranking import pearson
    >>> comparisons = Comparisons.from_scores([1.0, 1.2, 3.0, 4.8, 5.0])
    >>> ratings = [-4.0, -2.0, 0.0, 2.0, 4.0]
    >>> pearson_after_logistic(ratings, comparisons) > pearson(ratings, comparisons)
    True
    """
    r = checked_ratings(ratings, comparisons.n)
    return float(after_logistic_by_column(r[:, None], comparisons)[0])


def after_logistic_by_column(ratings: Floats, comparisons: Comparisons) -> Floats:
    """Values (c,) of :func:`pearson_after_logistic` for the columns of ratings (n, c)."""
    values = pearson_by_column(ratings, comparisons)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) and isinstance(comparisons, ScoreComparisons):
        sign = np.where(values[known] < 0, -1.0, 1.0)
        columns = [_curved(r, comparisons.scores) for r in (sign * ratings[:, known]).T]
        values[known] = sign * pearson_by_column(np.stack(columns, axis=1), comparisons)
    return values


def _curved(r: Ratings, y: Labels) -> Floats:
    """Ratings (n,) mapped by the logistic curve that best fits them to the labels (n,).

    Of all curves with one middle and width the best fitting low and height correlate most, so only
    two parameters are searched: on a grid, for there are local optima, then on finer ones.
    """
    from scipy.special import expit

    known = np.isfinite(y)
    r = (r - r[known].mean()) / r[known].std()
    judged = r[known]
    wanted = (y[known] - y[known].mean()) / y[known].std()

    def best_of(tried: Floats) -> Floats:  # (k, 2) middles and logarithms of widths
        curves = expit((judged - tried[:, :1]) / np.exp(tried[:, 1:]))  # (k, m)
        curves -= curves.mean(axis=1, keepdims=True)
        lengths = np.sqrt(np.einsum("km,km->k", curves, curves) / len(judged))
        best: Floats = tried[np.argmax(curves @ wanted / np.maximum(lengths, _FLAT))]
        return best

    inside = np.quantile(judged, np.linspace(0, 1, _MIDDLES))
    middles = [*(inside[0] - _BEYOND), *inside, *(inside[-1] + _BEYOND)]
    tried = np.stack(np.meshgrid(middles, np.log(_WIDTHS)), axis=-1).reshape(-1, 2)
    low, high = tried.min(axis=0), tried.max(axis=0)
    best = best_of(tried)
    for step in range(_REFINEMENTS):
        best = best_of((best + _STEPS / _SHRINK**step).clip(low, high))
    return np.asarray(expit((r - best[0]) / np.exp(best[1])))
