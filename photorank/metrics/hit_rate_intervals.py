"""Confidence intervals of a hit rate, and of the hit rate's expected growth with more data."""

from math import inf, sqrt

from photorank.metrics.estimates import Difference, Estimate, student, wilson_limits
from photorank.typing import Floats

_LEVEL = 0.95


def wilson(hits: Floats, *, n_photos: int) -> Estimate:
    """Hit rate (mean of t outcomes, each 0, 0.5 or 1) with its 95 % Wilson score interval.

    Parameters
    ----------
    hits : ndarray of shape (t,)
        One or more, each independent of the others; 0.5 on average at chance.
    n_photos : int
        Photos that they are about, for the record.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and
    statistical inference. https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import numpy as np
    >>> print(wilson(np.array([1.0, 1.0, 1.0, 0.0]), n_photos=8))
    0.75 [0.30, 0.95] (n=8 photos)
    """
    share = float(hits.mean())
    limits = wilson_limits(share, len(hits), _LEVEL)
    return Estimate(share, *limits, n_photos, len(hits), "Wilson")


def growth(hits: Floats, at: Floats, ahead: float) -> Difference:
    """Growth of the hit rate expected from more training data, with its 95 % interval.

    Parameters
    ----------
    hits : ndarray of shape (c, t)
        What t predictions were worth at c points of a curve.
    at : ndarray of shape (c,)
        Where the points are, increasing, in units in which the share grows evenly.
    ahead : float
        How far beyond the last point, in these units.

    Returns
    -------
    Difference
        Each prediction has its own slope; the growth is their mean, and the
        interval their spread, by Student's t. As a few predictions may not have
        changed at all, one that was won and one that was lost are added, after
        Agresti & Min (2005, https://doi.org/10.1002/sim.1781).

    Examples
    --------
    >>> import numpy as np
    >>> hits = np.array([[0, 0, 1, 1, 0, 1], [0, 1, 1, 1, 0, 1], [1, 1, 1, 1, 0, 1.0]])
    >>> print(growth(hits, np.array([0.0, 0.5, 1.0]), 0.2))
    0.07 [-0.05, 0.18] (p=0.21)
    """
    apart = at - at.mean()
    slopes = apart @ hits / (apart @ apart)  # (t,)
    t, won = len(slopes), 1 / (at[-1] - at[0])  # a miss that became a hit
    squares = float(((slopes - slopes.mean()) ** 2).sum()) + 2 * won**2
    error = abs(ahead) * sqrt(squares / (t + 1) / (t + 2))
    return student(ahead * float(slopes.mean()), error, t + 1, level=_LEVEL, limit=inf)
