"""Estimates: metrics and differences of metrics, with confidence intervals and p-values."""

from dataclasses import dataclass
from math import floor, isfinite, log10, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import counted
from photorank.typing import Floats


@dataclass(frozen=True)
class Limits:
    """Value with the limits of its confidence interval; nan where undefined."""

    value: float
    low: float
    high: float

    @property
    def is_defined(self) -> bool:
        """True if the value is not nan."""
        return isfinite(self.value)

    @property
    def is_bounded(self) -> bool:
        """True if both limits of the confidence interval are finite numbers."""
        return isfinite(self.low) and isfinite(self.high)


@dataclass(frozen=True)
class Estimate:
    """Value of a metric, with confidence interval and numbers of photos and pairs.

    Value and limits are nan where undefined.

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

    @property
    def limits(self) -> Limits:
        """Value and confidence limits of this estimate."""
        return Limits(self.value, self.low, self.high)

    def __str__(self) -> str:
        digits = _digits(self.high - self.low)
        span = f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"
        return f"{self.value:.{digits}f} {span} (n={counted(self.n_photos, 'photo')})"


@dataclass(frozen=True)
class Difference:
    """Difference of two metrics on the same pairs, with confidence interval and p-value.

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

    def __neg__(self) -> "Difference":
        """Difference with the opposite sign: b − a, if this one is a − b."""
        return Difference(-self.value, -self.high, -self.low, self.p)


def student(value: float, error: float, df: float, *, level: float, limit: float) -> Difference:
    """Given value with its confidence interval and p-value, both from Student's t distribution.

    The interval is clipped to ±`limit`.
    """
    from scipy.special import stdtr, stdtrit

    if not isfinite(value) or not isfinite(error):
        return Difference(value, nan, nan, nan)
    if error == 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    reach = float(stdtrit(df, (1 + level) / 2)) * error
    p = 2 * float(stdtr(df, -abs(value) / error))
    low, high = value - reach, value + reach
    return Difference(value, max(low, -limit), min(high, limit), p)


def unvarying(value: float, n: int, *, level: float, span: float) -> Difference:
    """Exact interval and p-value for a metric difference that is equal in all resamples.

    So it is where both contenders order all pairs alike, for example. The interval is that of n
    independent pairs; p is the sign test's, of the least number of pairs that the difference takes.
    """
    reach = span * (1 - lower_limit_of_all_successes(max(n, 1), level))
    low, high = max(value - reach, -span), min(value + reach, span)
    return Difference(value, low, high, min(2 * 0.5 ** (n * abs(value) / span), 1.0))


def binomial_limits(share: float, n: int, level: float) -> tuple[float, float]:
    """Exact confidence limits of a share in n trials (Clopper & Pearson 1934); nan for n = 0."""
    from scipy.special import betaincinv

    if n < 1:
        return nan, nan
    x, tail = share * n, (1 - level) / 2
    low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    high = float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0
    return low, high


def wilson_limits(share: float, n: int, level: float) -> tuple[float, float]:
    """Confidence limits of a proportion in n trials, by the score interval (Wilson 1927)."""
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def lower_limit_of_all_successes(n: int, level: float) -> float:
    """Lower confidence limit of a share after n successes in n trials (Clopper & Pearson 1934)."""
    return float(((1 - level) / 2) ** (1 / n))


def _digits(width: float) -> int:
    """Number of decimals that shows an interval's half-width with two significant digits.

    At most 6 and at least 0; 3 if the width is zero, infinite or unknown.
    """
    if not isfinite(width) or width <= 0:
        return 3
    return min(max(1 - floor(log10(width / 2)), 0), 6)


def holm(p_values: ArrayLike) -> Floats:
    """P-values (m,) adjusted for m tests by Holm's method; nan stays nan.

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
