"""Pearson's r after a logistic fit of ratings to labels, as in image-quality papers."""

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.metrics.pair_sums import checked_ratings
from photorank.metrics.ranking import pearson_by_column
from photorank.typing import Floats, Labels

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
        curved = _curved(sign * ratings[:, known], comparisons.scores)
        values[known] = sign * pearson_by_column(curved, comparisons)
    return values


def _curved(r: Floats, y: Labels) -> Floats:
    """Ratings (n, c), each column mapped by the logistic curve that best fits it to labels (n,).

    Of all curves with one middle and width the best fitting low and height correlate most, so only
    two parameters are searched: on a grid, for there are local optima, then on finer ones.
    """
    from scipy.special import expit

    known = np.isfinite(y)
    r = (r - r[known].mean(axis=0)) / r[known].std(axis=0)
    judged = np.ascontiguousarray(r[known].T)  # (c, m)
    wanted = (y[known] - y[known].mean()) / y[known].std()

    def best_of(tried: Floats) -> Floats:  # (c, k, 2) middles and logarithms of widths
        curves = expit((judged[:, None] - tried[:, :, :1]) / np.exp(tried[:, :, 1:]))  # (c, k, m)
        curves -= curves.mean(axis=2, keepdims=True)
        lengths = np.sqrt(np.einsum("ckm,ckm->ck", curves, curves) / len(wanted))
        correlations = curves @ wanted / np.maximum(lengths, _FLAT)
        best: Floats = tried[np.arange(len(tried)), np.argmax(correlations, axis=1)]
        return best

    inside = np.quantile(judged, np.linspace(0, 1, _MIDDLES), axis=1)
    middles = np.concatenate([inside[0] - _BEYOND[:, None], inside, inside[-1] + _BEYOND[:, None]])
    widths = np.log(_WIDTHS)
    tried = np.stack(np.broadcast_arrays(middles.T[:, None], widths[:, None]), axis=-1)
    tried = tried.reshape(len(judged), -1, 2)
    low, high = tried.min(axis=1), tried.max(axis=1)
    best = best_of(tried)
    for step in range(_REFINEMENTS):
        steps = best[:, None] + _STEPS / _SHRINK**step
        best = best_of(steps.clip(low[:, None], high[:, None]))
    return np.asarray(expit((r - best[:, 0]) / np.exp(best[:, 1])))
