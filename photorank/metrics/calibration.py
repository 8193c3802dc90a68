"""Calibration of predicted preferences in photo pairs, and error rate by confidence.

Outcomes are 1 where the first photo of a pair was preferred, else 0. Which
photo comes first must not depend on the outcome: draw it, or give each pair
both ways round.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ComparisonsError
from photorank.metrics.estimates import wilson_limits
from photorank.typing import Floats

_LEVEL = 0.95  # confidence level of a bin's interval


@dataclass(frozen=True)
class ReliabilityBin:
    """Bin of a reliability diagram: pairs with a predicted probability between two edges."""

    lower: float
    upper: float
    predicted: float  # mean probability, nan if there is no pair
    observed: float  # share of first photos that were preferred, nan if there is no pair
    low: float  # Wilson interval of `observed`; 0 … 1 if there is no pair
    high: float
    n_pairs: int


@dataclass(frozen=True)
class RiskCoverage:
    """Risk–coverage curve: error rate when only the most confident predictions are kept."""

    confidence: Floats  # (c,) the greater of p and 1 − p at which one still answers
    coverage: Floats  # (c,) share of pairs that are answered
    risk: Floats  # (c,) share of those that are answered wrongly

    @property
    def area(self) -> float:
        """Area under the curve of error rate against coverage (AURC); a lower value is better."""
        return float(self.risk @ np.diff(self.coverage, prepend=0.0))


def brier(p: ArrayLike, outcomes: ArrayLike) -> float:
    """Brier score: mean squared error of probabilities (m,) against outcomes 0 or 1 (m,).

    Parameters
    ----------
    p : array-like of shape (m,)
        Probability that the first photo is better.
    outcomes : array-like of shape (m,)
        1 where it was preferred, else 0.

    Returns
    -------
    float
        From 0 to 1, lower is better, 0.25 at chance (always saying 0.5); nan
        without pairs.

    Raises
    ------
    ComparisonsError
        If shapes differ, a probability is not one or an outcome is not 0 or 1.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of
    probability. https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> round(brier([0.9, 0.2, 0.6], [1, 0, 0]), 3)
    0.137
    """
    p, outcomes = _checked(p, outcomes)
    return float(np.mean((p - outcomes) ** 2)) if len(p) else float("nan")


def expected_calibration_error(p: ArrayLike, outcomes: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: mean gap between predicted and observed frequency over bins.

    Parameters
    ----------
    p, outcomes : array-like of shape (m,)
        As in :func:`brier`.
    bins : int, default=10
        Bins of equal width; the number depends on them, so quote it.

    Returns
    -------
    float
        From 0 to 1, lower is better, 0 if calibrated (saying 0.5 always is,
        while it tells nothing: read it beside :func:`brier`); it is never
        quite 0 in a sample. nan without pairs.

    References
    ----------
    Naeini, M. P., Cooper, G. F. & Hauskrecht, M. (2015). Obtaining well
    calibrated probabilities using Bayesian binning.
    https://doi.org/10.1609/aaai.v29i1.9602

    Examples
    --------
    >>> round(expected_calibration_error([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0]), 3)
    0.25
    """
    rows = [row for row in reliability(p, outcomes, bins) if row.n_pairs]
    if not rows:
        return float("nan")
    gaps = [abs(row.observed - row.predicted) for row in rows]
    return float(np.average(gaps, weights=[row.n_pairs for row in rows]))


def reliability(p: ArrayLike, outcomes: ArrayLike, bins: int = 10) -> list[ReliabilityBin]:
    """Bins of a reliability diagram, all of the same width in predicted probability.

    Parameters
    ----------
    p, outcomes : array-like of shape (m,)
        As in :func:`brier`.
    bins : int, default=10

    Returns
    -------
    list of ReliabilityBin
        With Wilson's 95 % interval, which takes pairs as independent: pairs
        that share photos make it too narrow.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and
    statistical inference. https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> row = reliability([0.8, 0.7, 0.6, 0.2], [1, 1, 0, 0], bins=2)[1]
    >>> row.n_pairs, round(row.predicted, 2), round(row.observed, 2), round(row.low, 2)
    (3, 0.7, 0.67, 0.21)
    """
    p, outcomes = _checked(p, outcomes)
    if bins < 1:
        raise ComparisonsError(f"a reliability diagram needs at least one bin, not {bins}")
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, p, "right") - 1, 0, bins - 1)  # 1 is in the last
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        predicted = np.bincount(place, p, minlength=bins) / counts
        observed = np.bincount(place, outcomes, minlength=bins) / counts
    rows = []
    for i, n in enumerate(counts):
        low, high = wilson_limits(float(observed[i]), int(n), _LEVEL) if n else (0.0, 1.0)
        rows.append(
            ReliabilityBin(
                lower=float(edges[i]),
                upper=float(edges[i + 1]),
                predicted=float(predicted[i]),
                observed=float(observed[i]),
                low=low,
                high=high,
                n_pairs=int(n),
            )
        )
    return rows


def risk_coverage(p: ArrayLike, outcomes: ArrayLike) -> RiskCoverage:
    """Risk–coverage curve: error rate when only the most confident predictions are kept.

    Parameters
    ----------
    p, outcomes : array-like of shape (m,)
        As in :func:`brier`. A probability of exactly 0.5 is half an error.

    Returns
    -------
    RiskCoverage
        Risk is 0.5 at chance at every coverage; lower is better.

    References
    ----------
    El-Yaniv, R. & Wiener, Y. (2010). On the foundations of noise-free
    selective classification. https://jmlr.org/papers/v11/el-yaniv10a.html

    Examples
    --------
    >>> curve = risk_coverage([0.9, 0.2, 0.6, 0.55], [1, 0, 1, 0])
    >>> curve.coverage.tolist(), curve.risk.tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.0, 0.25])
    """
    p, outcomes = _checked(p, outcomes)
    wrong = np.where(p == 0.5, 0.5, (p > 0.5) != (outcomes == 1))
    sure, place = np.unique(-np.maximum(p, 1 - p), return_inverse=True)
    answered = np.cumsum(np.bincount(place))
    errors = np.cumsum(np.bincount(place, wrong))
    return RiskCoverage(-sure, answered / max(len(p), 1), errors / answered)


def _checked(p: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Probabilities (m,) and outcomes (m,) as arrays; raises ComparisonsError if out of range."""
    p, outcomes = np.asarray(p, np.float64), np.asarray(outcomes, np.float64)
    if p.ndim != 1 or p.shape != outcomes.shape:
        raise ComparisonsError("probabilities and outcomes must be one number a pair")
    if not ((p >= 0) & (p <= 1)).all() or not np.isin(outcomes, (0, 1)).all():
        raise ComparisonsError("probabilities lie between 0 and 1, and outcomes are 0 or 1")
    return p, outcomes
