"""Estimates that never travel alone: intervals for metrics and for their differences."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, isfinite, isnan, log, log10, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ComparisonsError
from photorank.typing import Codes, Floats, Json

# One unit is taken to change the odds of an error threefold at most: without it a metric may be
# perfect, and its logit infinite.
_MOST_ODDS = log(3)
# However few units carry the variance, the others tell that they do not.
_LEAST_DF = 4
# An interval narrower than this is rounding noise.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A number together with how sure we are of it; nan where it is not defined.

    Examples
    --------
    >>> print(Estimate(0.7421, 0.7112, 0.7713, 600, 179_700, "jackknife"))
    0.742 [0.711, 0.771] (n=600 photos)
    >>> print(Estimate(0.7421, 0.6, 0.85, 12, 66, "jackknife"))
    0.74 [0.60, 0.85] (n=12 photos)
    """

    value: float
    low: float
    high: float
    n_photos: int
    n_pairs: int
    method: str  # how the interval was made

    def __str__(self) -> str:
        digits = _digits(self.high - self.low)
        span = f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"
        return f"{self.value:.{digits}f} {span} (n={self.n_photos} photos)"

    def to_json(self) -> Json:
        """Return the fields as JSON values, nan as null."""
        return {
            "value": _json(self.value),
            "low": _json(self.low),
            "high": _json(self.high),
            "n_photos": self.n_photos,
            "n_pairs": self.n_pairs,
            "method": self.method,
        }


@dataclass(frozen=True)
class Difference:
    """How much better one is than another, measured on the same pairs.

    Examples
    --------
    >>> print(Difference(0.0213, 0.0101, 0.0325, 0.0002))
    0.021 [0.010, 0.033] (p=0.0002)
    """

    value: float
    low: float
    high: float
    p: float  # two-sided, of no difference

    def __str__(self) -> str:
        digits = _digits(self.high - self.low)
        span = f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"
        return f"{self.value:.{digits}f} {span} (p={self.p:.2g})"

    def to_json(self) -> Json:
        """Return the fields as JSON values, nan as null."""
        return {name: _json(getattr(self, name)) for name in ("value", "low", "high", "p")}


class LeaveOneOut(NamedTuple):
    """A metric, and what it is without each unit: a photo, or a cluster of photos."""

    value: float
    without: Floats  # (u,)
    floor: float = 0.0  # the metric's least value; the greatest is 1
    between: Floats = np.empty(0)  # (c,) what the pairs between two units add to it
    n_couples: float = 0.0  # of units in all, of which c were looked at


def jackknife(loo: LeaveOneOut, *, level: float = 0.95, n_photos: int, n_pairs: int) -> Estimate:
    """Return a metric with its interval from leaving out one unit at a time.

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


def paired_difference(a: LeaveOneOut, b: LeaveOneOut, *, level: float = 0.95) -> Difference:
    """Return how much better `a` is than `b`, both measured on the same pairs.

    Parameters
    ----------
    a, b : LeaveOneOut
        The same metric of two ratings over the same units.
    level : float, default=0.95

    Returns
    -------
    Difference
        Positive where `a` is better; p is two-sided. Variance and degrees of
        freedom are those of :func:`jackknife`, on the plain scale. A
        difference that no unit changes is judged as that many disjoint pairs
        would be: by the exact binomial interval and the sign test.

    Raises
    ------
    ComparisonsError
        If the units differ.

    Examples
    --------
    >>> a = LeaveOneOut(0.8, np.array([0.78, 0.81, 0.79, 0.82]))
    >>> b = LeaveOneOut(0.7, np.array([0.69, 0.70, 0.69, 0.72]))
    >>> print(paired_difference(a, b))
    0.100 [0.061, 0.139] (p=0.0038)
    """
    if a.without.shape != b.without.shape or a.between.shape != b.between.shape:
        raise ComparisonsError("a paired difference needs the same photos on both sides")
    both = LeaveOneOut(
        a.value - b.value, a.without - b.without, a.floor, a.between - b.between, a.n_couples
    )
    error = _standard_error(both.without) * _correction(both)
    df, span = _degrees_of_freedom(both.without), 1 - a.floor
    if error == 0 and both.value != 0:  # as perfect agreement against constant ratings
        return _constant(both.value, len(both.without) // 2, level=level, span=span)
    return _student(both.value, error, df, level=level, limit=span)


def corrected_resampled(
    values_by_fold: ArrayLike,
    *,
    test_share: float,
    repeats: int = 1,
    level: float = 0.95,
    floor: float = 0.0,
    n_photos: int,
    n_pairs: int,
) -> Estimate:
    """Return the mean over folds with an interval that includes the refitting.

    Parameters
    ----------
    values_by_fold : array-like of shape (J,)
        The metric on each test fold of each repeat; nan folds are left out.
    test_share : float
        Test photos over training photos, 1 / (K − 1) for K folds.
    repeats : int, default=1
        R, how often all photos were split anew: K = J / R.
    level : float, default=0.95
    floor : float, default=0
        The metric's least value.
    n_photos, n_pairs : int
        What was counted, for the record.

    Returns
    -------
    Estimate
        The variance is (1/K + test_share) S², because training sets overlap;
        Student's t with J − 1 degrees of freedom. nan limits for J < 2. Where
        all folds agree the limits are the exact binomial ones of as many
        disjoint pairs as there are photos for.

    Notes
    -----
    Nadeau & Bengio draw every test set anew, and divide S² by all J of them.
    Repeated K-fold splits judge the same n photos in every repeat: their mean
    is steadier than one repeat's, but knows no more photos, so its variance is
    taken to be that of one repeat. Where there is nothing to learn that is not
    caution but the truth: a held-out pair's agreement is then a sum over pairs
    of photos, each once in the one's role and once in the other's, and is
    nearly the same sum in every repeat (``benchmarks/refitting_coverage.py``).

    References
    ----------
    Nadeau, C. & Bengio, Y. (2003). Inference for the generalization error.
    https://doi.org/10.1023/A:1024068626366

    Examples
    --------
    >>> folds = [0.74, 0.78, 0.75, 0.79, 0.76, 0.77, 0.80, 0.73, 0.75, 0.78]
    >>> print(corrected_resampled(folds, test_share=1 / 9, n_photos=800, n_pairs=31_000))
    0.765 [0.741, 0.789] (n=800 photos)
    """
    spread = _over_folds(values_by_fold, test_share, repeats, level=level, limit=nan)
    low, high = max(spread.low, floor), min(spread.high, 1.0)
    # Where all folds agree they tell nothing of their spread.
    if high - low < _NO_SPREAD and isfinite(floor):
        low, high = _binomial((spread.value - floor) / (1 - floor), n_photos // 2, level)
        low, high = floor + (1 - floor) * low, floor + (1 - floor) * high
    return Estimate(spread.value, low, high, n_photos, n_pairs, "corrected resampled")


def corrected_resampled_difference(
    a_by_fold: ArrayLike,
    b_by_fold: ArrayLike,
    *,
    test_share: float,
    repeats: int = 1,
    level: float = 0.95,
    n_photos: int,
) -> Difference:
    """Return the mean difference over folds, as :func:`corrected_resampled` does.

    A difference that is the same in every fold is judged as that many disjoint
    pairs of photos would be, as in :func:`paired_difference`.

    Examples
    --------
    >>> ours, theirs = [0.74, 0.78, 0.75, 0.79], [0.70, 0.75, 0.73, 0.76]
    >>> print(corrected_resampled_difference(ours, theirs, test_share=1 / 3, n_photos=40))
    0.030 [0.010, 0.050] (p=0.017)
    """
    a, b = np.asarray(a_by_fold, np.float64), np.asarray(b_by_fold, np.float64)
    if a.shape != b.shape:
        raise ComparisonsError("a paired difference needs the same folds on both sides")
    spread = _over_folds(a - b, test_share, repeats, level=level, limit=nan)
    if spread.high - spread.low < _NO_SPREAD < abs(spread.value):
        return _constant(spread.value, n_photos // 2, level=level, span=1.0)
    return spread


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values (m,) adjusted for having looked at all m of them; nan stays nan.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)  # nan last
    m = np.count_nonzero(~np.isnan(p))
    factor = np.maximum(m - np.arange(len(p)), 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(factor * p[order]), 1.0)
    return adjusted


def bootstrap(
    metric: Callable[[Codes], float],
    n: int,
    *,
    rounds: int,
    seed: int,
    clusters: Codes | None = None,
) -> Floats:
    """Return a metric (rounds,) on photos drawn anew with replacement, sorted.

    Parameters
    ----------
    metric : callable
        Rows of photos, with repetitions -> float. A photo is no pair with its
        own copy: they have equal labels.
    n : int
        Number of photos.
    rounds : int
    seed : int
    clusters : ndarray of shape (n,), optional
        Draw whole clusters instead; −1 is a photo on its own.

    Examples
    --------
    >>> labels = np.arange(20.0)
    >>> drawn = bootstrap(lambda rows: labels[rows].mean(), 20, rounds=500, seed=0)
    >>> low, high = np.quantile(drawn, [0.025, 0.975])
    >>> bool(low < 9.5 < high)
    True
    """
    rng = np.random.default_rng(seed)
    rows = np.arange(n)
    members = [rows[i : i + 1] for i in rows]
    if clusters is not None:
        alone = [rows[i : i + 1] for i in np.flatnonzero(np.asarray(clusters) < 0)]
        members = alone + [rows[clusters == g] for g in np.unique(clusters[clusters >= 0])]
    drawn = [
        metric(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
        for _ in range(rounds)
    ]
    return np.sort(drawn)


def _logit_interval(loo: LeaveOneOut, level: float) -> tuple[float, float]:
    """Return the limits of a metric between its floor and 1."""
    from scipy.special import expit, logit, stdtrit

    units, span = len(loo.without), 1 - loo.floor
    share = (loo.value - loo.floor) / span  # 0 … 1
    if units < 2 or isnan(share) or np.isnan(loo.without).any():
        return nan, nan
    if share <= 0 or share >= 1:
        least = _perfect(units // 2, level)
        low, high = (least, 1.0) if share >= 1 else (0.0, 1 - least)
    else:
        centre = float(logit(share))
        shares = np.clip((loo.without - loo.floor) / span, 0.0, 1.0)
        without = np.clip(logit(shares), centre - _MOST_ODDS, centre + _MOST_ODDS)
        error = _standard_error(without) * _correction(loo)
        reach = float(stdtrit(_degrees_of_freedom(without), (1 + level) / 2)) * error
        low, high = float(expit(centre - reach)), float(expit(centre + reach))
    return loo.floor + span * low, loo.floor + span * high


def _constant(value: float, n: int, *, level: float, span: float) -> Difference:
    """Return a difference without any spread as n disjoint pairs would tell it.

    p is the sign test's, of the least number of pairs that the difference takes.
    """
    reach = span * (1 - _perfect(max(n, 1), level))
    low, high = max(value - reach, -span), min(value + reach, span)
    return Difference(value, low, high, min(2 * 0.5 ** (n * abs(value) / span), 1.0))


def _binomial(share: float, n: int, level: float) -> tuple[float, float]:
    """Return the limits of a share of n (Clopper & Pearson 1934), nan without any."""
    from scipy.special import betaincinv

    if n < 1:
        return nan, nan
    x, tail = share * n, (1 - level) / 2
    low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    high = float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0
    return low, high


def _perfect(n: int, level: float) -> float:
    """Return the least share that n out of n leave likely (Clopper & Pearson 1934)."""
    return float(((1 - level) / 2) ** (1 / n))


def _standard_error(without: Floats) -> float:
    """Return the jackknife's standard error from the values (u,) without each unit."""
    units = len(without)
    if units < 2:
        return nan
    return sqrt((units - 1) / units * float(((without - without.mean()) ** 2).sum()))


def _correction(loo: LeaveOneOut) -> float:
    """Return a factor for the standard error: what single pairs add was counted twice."""
    units, variance = len(loo.without), _standard_error(loo.without) ** 2
    if not len(loo.between) or units < 3 or not variance > 0:
        return 1.0
    own = float((loo.between**2).mean()) * loo.n_couples
    # A couple's pairs hold part of what its units add themselves, which is not to be taken off.
    restored = min(own, (variance - own) / (units - 2))
    return sqrt(max(1 - (own - restored) / variance, 0.5))  # counted twice, so half is left


def _degrees_of_freedom(without: Floats) -> float:
    """Return how many of the values (u,) the variance effectively rests on, less one."""
    units = len(without)
    if units < 2:
        return 1
    squares = (without - without.mean()) ** 2
    if not squares.sum() > 0:
        return units - 1
    kurtosis = units * float((squares**2).sum() / squares.sum() ** 2)
    effective = 2 * units / max(kurtosis - 1, 1e-9)
    return min(max(effective, _LEAST_DF), units - 1)


def _over_folds(
    values: ArrayLike, test_share: float, repeats: int, *, level: float, limit: float
) -> Difference:
    """Return the mean of values (J,) with the variance of overlapping training sets."""
    folds = np.asarray(values, dtype=np.float64)
    folds = folds[~np.isnan(folds)]
    if len(folds) < 2:
        return Difference(float(folds.mean()) if len(folds) else nan, nan, nan, nan)
    error = sqrt((repeats / len(folds) + test_share) * float(folds.var(ddof=1)))
    return _student(float(folds.mean()), error, len(folds) - 1, level=level, limit=limit)


def _student(value: float, error: float, df: float, *, level: float, limit: float) -> Difference:
    """Return value ± t·error inside ±limit, and the p-value of 0."""
    from scipy.special import stdtr, stdtrit

    if not isfinite(value) or not isfinite(error):
        return Difference(value, nan, nan, nan)
    if error == 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    reach = float(stdtrit(df, (1 + level) / 2)) * error
    p = 2 * float(stdtr(df, -abs(value) / error))
    low, high = value - reach, value + reach
    return Difference(value, max(low, -limit), min(high, limit), p)


def _digits(width: float) -> int:
    """Return the decimals that show an interval of this width to two digits of its half."""
    if not isfinite(width) or width <= 0:
        return 3
    return min(max(1 - floor(log10(width / 2)), 0), 6)


def _json(number: float) -> float | None:
    return float(number) if isfinite(number) else None
