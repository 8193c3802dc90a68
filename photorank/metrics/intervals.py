"""Estimates that never travel alone: intervals for metrics and for their differences."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, isfinite, isnan, log10, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ComparisonsError
from photorank.typing import Codes, Floats, Json


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
        The interval is symmetric on the logit scale, so it stays inside the
        metric's range and is right near its ends; Student's t with one degree
        of freedom less than there are units. Perfect agreement has no
        spread: there the interval is the exact binomial one of as many
        disjoint pairs as the units allow. nan where a unit carries all pairs.

    References
    ----------
    Arvesen, J. N. (1969). Jackknifing U-statistics.
    https://doi.org/10.1214/aoms/1177697287

    Examples
    --------
    >>> loo = LeaveOneOut(0.8, np.array([0.78, 0.81, 0.79, 0.82, 0.80]))
    >>> print(jackknife(loo, n_photos=5, n_pairs=10))
    0.800 [0.710, 0.867] (n=5 photos)
    """
    low, high = _jackknife_interval(loo, level)
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
        Positive where `a` is better; p is two-sided.

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
    if len(a.without) != len(b.without):
        raise ComparisonsError("a paired difference needs the same photos on both sides")
    error = _standard_error(a.without - b.without)
    return _student(a.value - b.value, error, len(a.without) - 1, level=level, limit=1 - a.floor)


def corrected_resampled(
    values_by_fold: ArrayLike,
    *,
    test_share: float,
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
    level : float, default=0.95
    floor : float, default=0
        The metric's least value.
    n_photos, n_pairs : int
        What was counted, for the record.

    Returns
    -------
    Estimate
        The variance is (1/J + test_share) S², because training sets overlap;
        Student's t with J − 1 degrees of freedom. nan limits for J < 2.

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
    spread = _over_folds(values_by_fold, test_share, level=level, limit=nan)
    low, high = max(spread.low, floor), min(spread.high, 1.0)
    return Estimate(spread.value, low, high, n_photos, n_pairs, "corrected resampled")


def corrected_resampled_difference(
    a_by_fold: ArrayLike, b_by_fold: ArrayLike, *, test_share: float, level: float = 0.95
) -> Difference:
    """Return the mean difference over folds, as :func:`corrected_resampled` does.

    Examples
    --------
    >>> ours, theirs = [0.74, 0.78, 0.75, 0.79], [0.70, 0.75, 0.73, 0.76]
    >>> print(corrected_resampled_difference(ours, theirs, test_share=1 / 3))
    0.030 [0.010, 0.050] (p=0.017)
    """
    a, b = np.asarray(a_by_fold, np.float64), np.asarray(b_by_fold, np.float64)
    if a.shape != b.shape:
        raise ComparisonsError("a paired difference needs the same folds on both sides")
    return _over_folds(a - b, test_share, level=level, limit=nan)


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


def _jackknife_interval(loo: LeaveOneOut, level: float) -> tuple[float, float]:
    """Return the limits of a metric between its floor and 1."""
    from scipy.special import expit, logit, stdtrit

    units = len(loo.without)
    span = 1 - loo.floor
    share = (loo.value - loo.floor) / span  # 0 … 1
    if units < 2 or isnan(share) or np.isnan(loo.without).any():
        return nan, nan
    error = _standard_error(loo.without) / span
    if error == 0 and not 0 < share < 1:
        least = ((1 - level) / 2) ** (1 / max(units // 2, 1))
        low, high = (least, 1.0) if share >= 1 else (0.0, 1 - least)
    else:
        share = min(max(share, 1e-9), 1 - 1e-9)
        reach = float(stdtrit(units - 1, (1 + level) / 2)) * error / (share * (1 - share))
        low, high = (float(expit(logit(share) + side * reach)) for side in (-1, 1))
    return loo.floor + span * low, loo.floor + span * high


def _standard_error(without: Floats) -> float:
    """Return the jackknife's standard error from the values (u,) without each unit."""
    units = len(without)
    if units < 2:
        return nan
    return sqrt((units - 1) / units * float(((without - without.mean()) ** 2).sum()))


def _over_folds(values: ArrayLike, test_share: float, *, level: float, limit: float) -> Difference:
    """Return the mean of values (J,) with the variance of overlapping training sets."""
    folds = np.asarray(values, dtype=np.float64)
    folds = folds[~np.isnan(folds)]
    if len(folds) < 2:
        return Difference(float(folds.mean()) if len(folds) else nan, nan, nan, nan)
    error = sqrt((1 / len(folds) + test_share) * float(folds.var(ddof=1)))
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
