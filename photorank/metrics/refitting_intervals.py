"""Confidence intervals of cross-validated metrics, by the corrected resampled t-test."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ComparisonsError
from photorank.metrics.estimates import (
    Difference,
    Estimate,
    binomial_limits,
    student,
    unvarying,
)
from photorank.typing import Codes, Flags

_NO_SPREAD = 1e-9  # width of an interval due to rounding alone


def corrected_resampled(
    values_by_fold: ArrayLike,
    *,
    test_to_train: float,
    repeats: int = 1,
    n_units: float = inf,
    level: float = 0.95,
    floor: float = 0.0,
    n_photos: int,
    n_pairs: int,
) -> Estimate:
    """Mean of a metric over test folds, with an interval that includes variance between refits.

    Parameters
    ----------
    values_by_fold : array-like of shape (J,)
        The metric on each test fold of each repeat; nan folds are left out.
    test_to_train : float
        Test photos over training photos, 1 / (K − 1) for K folds.
    repeats : int, default=1
        R, how often all photos were split anew: K = J / R.
    n_units : int, optional
        Photos or groups that were dealt into the folds.
    level : float, default=0.95
    floor : float, default=0
        The metric's least value.
    n_photos, n_pairs : int
        What was counted, for the record.

    Returns
    -------
    Estimate
        The variance is (1/K + test_to_train) S², because training sets overlap;
        Student's t with a degree of freedom less than there are folds J, or
        units if they are fewer. nan limits for J < 2. Where
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
    >>> print(corrected_resampled(folds, test_to_train=1 / 9, n_photos=800, n_pairs=31_000))
    0.765 [0.741, 0.789] (n=800 photos)
    """
    spread = _fold_mean(values_by_fold, test_to_train, repeats, n_units, level)
    low, high = max(spread.low, floor), min(spread.high, 1.0)
    # Where all folds agree they tell nothing of their spread.
    if high - low < _NO_SPREAD and isfinite(floor):
        low, high = binomial_limits((spread.value - floor) / (1 - floor), n_photos // 2, level)
        low, high = floor + (1 - floor) * low, floor + (1 - floor) * high
    return Estimate(spread.value, low, high, n_photos, n_pairs, "corrected resampled")


def corrected_resampled_difference(
    a_by_fold: ArrayLike,
    b_by_fold: ArrayLike,
    *,
    test_to_train: float,
    repeats: int = 1,
    n_units: float = inf,
    level: float = 0.95,
    floor: float = 0.0,
    n_photos: int,
) -> Difference:
    """Mean difference of a metric between two models over test folds, with confidence interval.

    A difference that is the same in every fold is judged as that many disjoint
    pairs of photos would be, as in :func:`paired_difference`. `floor` is the metric's least
    value: no limit is beyond what two values from there to 1 can differ by.

    Examples
    --------
    >>> ours, theirs = [0.74, 0.78, 0.75, 0.79], [0.70, 0.75, 0.73, 0.76]
    >>> print(corrected_resampled_difference(ours, theirs, test_to_train=1 / 3, n_photos=40))
    0.030 [0.010, 0.050] (p=0.017)
    """
    a, b = np.asarray(a_by_fold, np.float64), np.asarray(b_by_fold, np.float64)
    if a.shape != b.shape:
        raise ComparisonsError("a paired difference needs the same folds on both sides")
    spread, span = _fold_mean(a - b, test_to_train, repeats, n_units, level), 1 - floor
    if spread.high - spread.low < _NO_SPREAD < abs(spread.value):
        return unvarying(spread.value, n_photos // 2, level=level, span=span)
    return replace(spread, low=max(spread.low, -span), high=min(spread.high, span))


def corrected_jackknife(
    metric: Callable[[Flags], float],
    fold: Codes,
    *,
    test_to_train: float,
    level: float = 0.95,
    n_photos: int,
) -> Estimate:
    """Metric over all held-out pairs, with a jackknife interval that includes refitting variance.

    Parameters
    ----------
    metric : callable
        Which pairs to count, bool of shape (m,) -> float from 0 to 1.
    fold : ndarray of shape (m,)
        The test fold that each pair lies in.
    test_to_train : float
        Test photos over training photos, 1 / (K − 1) for K folds.
    level : float, default=0.95
    n_photos : int
        What was counted, for the record.

    Returns
    -------
    Estimate
        Folds are left out one at a time, for pairs that share photos lie in one fold; their
        pseudo-values (Tukey) have the variance of :func:`corrected_resampled`. nan limits
        where the metric is not defined without some fold.

    References
    ----------
    Miller, R. G. (1974). The jackknife: a review.
    https://doi.org/10.1093/biomet/61.1.1

    Examples
    --------
    >>> wrong = np.array([0, 1, 0, 0, 0, 0, 1, 1, 0])
    >>> fold = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    >>> share = corrected_jackknife(
    ...     lambda kept: float(wrong[kept].mean()), fold, test_to_train=0.5, n_photos=9
    ... )
    >>> round(share.value, 3), share.low, share.high
    (0.333, 0.0, 1.0)
    """
    folds = np.unique(fold)
    value = metric(np.ones(len(fold), dtype=bool))
    without = np.array([metric(fold != one) for one in folds])
    if np.isnan(without).any():
        return Estimate(value, nan, nan, n_photos, len(fold), "corrected jackknife")
    pseudo = len(folds) * value - (len(folds) - 1) * without
    spread = _fold_mean(pseudo, test_to_train, 1, inf, level)
    reach = (spread.high - spread.low) / 2
    low, high = max(value - reach, 0.0), min(value + reach, 1.0)
    return Estimate(value, low, high, n_photos, len(fold), "corrected jackknife")


def _fold_mean(
    values: ArrayLike, test_to_train: float, repeats: int, n_units: float, level: float
) -> Difference:
    """Mean of a metric over folds, with a t interval corrected for overlapping training data."""
    folds = np.asarray(values, dtype=np.float64)
    folds = folds[~np.isnan(folds)]
    if len(folds) < 2:
        return Difference(float(folds.mean()) if len(folds) else nan, nan, nan, nan)
    error = sqrt((repeats / len(folds) + test_to_train) * float(folds.var(ddof=1)))
    # Few groups, dealt again and again, are no more groups.
    freedom = int(min(len(folds), n_units)) - 1
    return student(float(folds.mean()), error, freedom, level=level, limit=inf)
