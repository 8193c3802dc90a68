"""Pearson's r after a logistic fit of ratings to labels, as usual in image-quality papers."""

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.metrics.ranking import checked_ratings, pearson
from photorank.typing import Floats, Labels, Ratings

# The curve's steepness is at least this many standard deviations wide: steeper is a step.
_NARROWEST = 0.05


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
    >>> comparisons = Comparisons.from_scores([1.0, 1.2, 3.0, 4.8, 5.0])
    >>> ratings = [-4.0, -2.0, 0.0, 2.0, 4.0]
    >>> pearson_after_logistic(ratings, comparisons) > pearson(ratings, comparisons)
    True
    """
    r = checked_ratings(ratings, comparisons.n)
    plain = pearson(r, comparisons)
    if np.isnan(plain) or not isinstance(comparisons, ScoreComparisons):
        return plain
    sign = -1.0 if plain < 0 else 1.0
    return sign * pearson(_bent(sign * r, comparisons.scores), comparisons)


def _bent(r: Ratings, y: Labels) -> Floats:
    """Ratings r (n,) mapped by the logistic curve that fits the labels y best."""
    from scipy.optimize import least_squares
    from scipy.special import expit

    known = np.isfinite(y)
    r = (r - r[known].mean()) / r[known].std()
    low, high = y[known].min(), y[known].max()

    def curve(parameters: Floats) -> Floats:
        base, height, middle, width = parameters
        return base + height * expit((r - middle) / width)

    def misses(parameters: Floats) -> Floats:
        return (curve(parameters) - y)[known]

    def slopes(parameters: Floats) -> Floats:  # (n, 4): of the misses in each parameter
        _, height, middle, width = parameters
        z = (r[known] - middle) / width
        rise = expit(z)
        by_middle = -height / width * rise * (1 - rise)
        return np.column_stack([np.ones_like(z), rise, by_middle, by_middle * z])

    fit = least_squares(
        misses,
        jac=slopes,
        x0=[low, high - low, 0.0, 1.0],
        bounds=([-np.inf, 0.0, -np.inf, _NARROWEST], np.inf),
        x_scale=[high - low, high - low, 1.0, 1.0],
    )
    return curve(fit.x)
