"""Jackknife confidence intervals of metrics, from leaving out photos or clusters one by one.

The ratings that a metric judges are taken as given: nothing is fitted again.
"""

from dataclasses import replace
from math import hypot, isnan, log, nan, pi, sqrt
from typing import NamedTuple

import numpy as np

from photorank.errors import ComparisonsError
from photorank.metrics.estimates import (
    Difference,
    Estimate,
    lower_limit_of_all_successes,
    student,
    unvarying,
)
from photorank.typing import Floats

# One unit is taken to change the odds of an error threefold at most: without it a metric may be
# perfect, and its logit infinite.
_MOST_ODDS = log(3)
# Lower limit of the degrees of freedom, for variance carried by few units.
_LEAST_DF = 4
# Of points on an ellipse: the error is a millionth of its width.
_ANGLES = 1024


class LeaveOneOut(NamedTuple):
    """Values of a metric: on all photos, and with each photo (or cluster) left out in turn.

    A unit is a photo or a cluster of photos.
    """

    value: float
    without: Floats  # (u,)
    floor: float = 0.0  # the metric's least value; the greatest is 1
    between: Floats = np.empty(0)  # (c,) what the pairs between two units add to it
    n_couples: float = 0.0  # of units in all, of which c were looked at


def jackknife(loo: LeaveOneOut, *, level: float = 0.95, n_photos: int, n_pairs: int) -> Estimate:
    """Value and jackknife interval of a metric, from values without each photo or cluster.

    It is the uncertainty of *these ratings* over photos like those judged:
    the ratings are taken as given, so for something that was learned it
    leaves out what another training set would change.

    Parameters
    ----------
    loo : LeaveOneOut
        Of a metric between its floor and 1.
    level : float, default=0.95
        How often the interval holds the true value.
    n_photos, n_pairs : int
        What was counted, for the record.

    Returns
    -------
    Estimate
        nan limits where a single unit carries all pairs.

    Notes
    -----
    Four things make the interval cover (``benchmarks/coverage.py``):

    - Leaving out units one at a time counts the noise that belongs to single
      pairs, not to photos, twice (Efron & Stein 1981); it is taken off once,
      as in dyadic-robust variances (Aronow, Samii & Assenova 2015).
    - Everything is on the logit scale, on which an accuracy of 0.95 has room
      on both sides (for correlations this is Fisher's z).
    - Student's t, with one degree of freedom less than there are units, or
      fewer where few units carry most of the variance, as in a tier of five
      photos: then they follow from the kurtosis (Satterthwaite 1946).
    - Perfect agreement has no spread: there the interval is the exact
      binomial one of as many disjoint pairs as the units allow.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics.
    https://doi.org/10.1214/aoms/1177697287
    Efron, B. & Stein, C. (1981). The jackknife estimate of variance.
    https://doi.org/10.1214/aos/1176345462
    Aronow, P. M., Samii, C. & Assenova, V. A. (2015). Cluster-robust variance
    estimation for dyadic data. https://doi.org/10.1093/pan/mpv018
    Satterthwaite, F. E. (1946). An approximate distribution of estimates of
    variance components. https://doi.org/10.2307/3002019

    Examples
    --------
    >>> loo = LeaveOneOut(0.8, np.array([0.78, 0.81, 0.79, 0.82, 0.80]))
    >>> print(jackknife(loo, n_photos=5, n_pairs=10))
    0.800 [0.710, 0.867] (n=5 photos)
    """
    low, high = _logit_interval(loo, level)
    return Estimate(loo.value, low, high, n_photos, n_pairs, "jackknife")


def widened(estimate: Estimate, factor: float) -> Estimate:
    """Estimate with its confidence interval widened by a factor, on the logit scale.

    Examples
    --------
    >>> print(widened(Estimate(0.8, 0.7, 0.87, 20, 190, "jackknife"), 2.0))
    0.80 [0.58, 0.92] (n=20 photos)
    """
    from scipy.special import expit, logit

    if factor == 1 or not 0 < estimate.value < 1:
        return estimate
    low, value, high = logit([estimate.low, estimate.value, estimate.high])
    ends = expit([value - factor * (value - low), value + factor * (high - value)])
    method = f"{estimate.method}, widened for refitting"
    return replace(estimate, low=float(ends[0]), high=float(ends[1]), method=method)


def paired_difference(a: LeaveOneOut, b: LeaveOneOut, *, level: float = 0.95) -> Difference:
    """Difference of a metric between two ratings of the same photos, with confidence interval.

    Parameters
    ----------
    a, b : LeaveOneOut
        The same metric of two ratings over the same units.
    level : float, default=0.95

    Returns
    -------
    Difference
        Positive where `a` is better; p is two-sided. Variance and degrees of
        freedom are those of :func:`jackknife`. A difference that no unit
        changes is judged as that many disjoint pairs would be: by the exact
        binomial interval and the sign test.

    Notes
    -----
    Near perfect agreement a difference has room on one side only, and its
    plain interval is too narrow. Two others know of that: the greatest and
    least difference over the confidence ellipse of both metrics on the logit
    scale, and, where one of them is perfect and has no logit, both metrics'
    own limits put together (MOVER). The wider one is returned
    (``benchmarks/coverage.py``).

    References
    ----------
    Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about
    effect measures. https://doi.org/10.1002/sim.3095

    Raises
    ------
    ComparisonsError
        If the units differ.

    Examples
    --------
    >>> a = LeaveOneOut(0.8, np.array([0.78, 0.81, 0.79, 0.82]))
    >>> b = LeaveOneOut(0.7, np.array([0.69, 0.70, 0.69, 0.72]))
    >>> print(paired_difference(a, b))
    0.100 [0.054, 0.134] (p=0.006)
    """
    if a.without.shape != b.without.shape or a.between.shape != b.between.shape:
        raise ComparisonsError("a paired difference needs the same photos on both sides")
    both = LeaveOneOut(
        a.value - b.value, a.without - b.without, a.floor, a.between - b.between, a.n_couples
    )
    error = _standard_error(both.without) * _correction(both)
    df, span = _degrees_of_freedom(both.without), 1 - a.floor
    if error == 0 and both.value != 0:  # as perfect agreement against constant ratings
        return unvarying(both.value, len(both.without) // 2, level=level, span=span)
    plain = student(both.value, error, df, level=level, limit=span)
    low, high = _difference_limits(a, b, both, level)
    if isnan(plain.low) or not high - low > plain.high - plain.low:
        return plain
    return Difference(both.value, low, high, _p_value(both.value, low, high, df, level))


def _logit_interval(loo: LeaveOneOut, level: float) -> tuple[float, float]:
    """Confidence limits within a metric's possible range, computed on the logit scale."""
    from scipy.special import expit, logit, stdtrit

    units, span = len(loo.without), 1 - loo.floor
    share = (loo.value - loo.floor) / span  # 0 … 1
    if units < 2 or isnan(share) or np.isnan(loo.without).any():
        return nan, nan
    if share <= 0 or share >= 1:
        least = lower_limit_of_all_successes(units // 2, level)
        low, high = (least, 1.0) if share >= 1 else (0.0, 1 - least)
    else:
        centre = float(logit(share))
        shares = np.clip((loo.without - loo.floor) / span, 0.0, 1.0)
        without = np.clip(logit(shares), centre - _MOST_ODDS, centre + _MOST_ODDS)
        error = _standard_error(without) * _correction(loo)
        reach = float(stdtrit(_degrees_of_freedom(without), (1 + level) / 2)) * error
        low, high = float(expit(centre - reach)), float(expit(centre + reach))
    return loo.floor + span * low, loo.floor + span * high


def _difference_limits(
    a: LeaveOneOut, b: LeaveOneOut, both: LeaveOneOut, level: float
) -> tuple[float, float]:
    """Confidence limits of the difference of two metrics, valid even where one of them is near 1.

    Both limits are nan if a metric is undefined.
    """
    from scipy.special import expit, logit, stdtrit

    span = 1 - a.floor
    shares = np.array([a.value - a.floor, b.value - b.floor]) / span
    if np.isnan(shares).any():
        return nan, nan
    if shares.min() <= 0 or shares.max() >= 1:
        (a_low, a_high), (b_low, b_high) = (_logit_interval(one, level) for one in (a, b))
        below, above = (
            hypot(a.value - a_low, b_high - b.value),
            hypot(a_high - a.value, b.value - b_low),
        )
        return max(both.value - below, -span), min(both.value + above, span)
    centre = logit(shares)[:, None]
    without = (np.stack([a.without, b.without]) - a.floor) / span
    without = np.clip(logit(without.clip(0, 1)), centre - _MOST_ODDS, centre + _MOST_ODDS)
    spread = without - without.mean(axis=1, keepdims=True)
    units = without.shape[1]
    covariance = _correction(both) ** 2 * (units - 1) / units * spread @ spread.T
    variances, axes = np.linalg.eigh(covariance)
    reach = stdtrit(_degrees_of_freedom(without[0] - without[1]), (1 + level) / 2)
    angles = np.linspace(0, 2 * pi, _ANGLES, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    ellipse = expit(centre + reach * (axes * np.sqrt(variances.clip(0))) @ circle)
    differences = span * (ellipse[0] - ellipse[1])
    return float(differences.min()), float(differences.max())


def _p_value(value: float, low: float, high: float, df: float, level: float) -> float:
    """Two-sided p-value of a difference against 0, computed from its confidence limits."""
    from scipy.special import stdtr, stdtrit

    reach = value - low if value > 0 else high - value
    return 2 * float(stdtr(df, -abs(value) / reach * float(stdtrit(df, (1 + level) / 2))))


def _standard_error(without: Floats) -> float:
    """Jackknife standard error of a metric, from its u leave-one-out values (u,)."""
    units = len(without)
    if units < 2:
        return nan
    return sqrt((units - 1) / units * float(((without - without.mean()) ** 2).sum()))


def _correction(loo: LeaveOneOut) -> float:
    """Factor, at most 1, that corrects the upward bias of the jackknife standard error.

    The jackknife counts each pair's noise twice: once for each of the pair's photos.
    """
    units, variance = len(loo.without), _standard_error(loo.without) ** 2
    if not len(loo.between) or units < 3 or not variance > 0:
        return 1.0
    own = float((loo.between**2).mean()) * loo.n_couples
    # A couple's pairs hold part of what its units add themselves, which is not to be taken off.
    restored = min(own, (variance - own) / (units - 2))
    return sqrt(max(1 - (own - restored) / variance, 0.5))  # counted twice, so half is left


def _degrees_of_freedom(without: Floats) -> float:
    """Satterthwaite estimate of degrees of freedom, from jackknife (leave-one-out) values (u,)."""
    units = len(without)
    if units < 2:
        return 1
    squares = (without - without.mean()) ** 2
    if not squares.sum() > 0:
        return units - 1
    kurtosis = units * float((squares**2).sum() / squares.sum() ** 2)
    effective = 2 * units / max(kurtosis - 1, 1e-9)
    return min(max(effective, _LEAST_DF), units - 1)
