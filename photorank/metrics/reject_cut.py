"""Rating threshold for rejection, with a bound on the share of good photos lost."""

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import TooFewKeepersError
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes


@dataclass(frozen=True)
class RejectCut:
    """Rating threshold for rejection, with a bound on the share of keepers (good photos) lost.

    ``lost`` is only a bound: of the keepers that were looked at,
    ``n_lost`` of ``n_keepers`` are below the cut.
    """

    rating: float  # reject what is rated lower
    lost: float  # 0 to 1, the share of keepers that is lost at most
    confidence: float  # how sure that is
    n_keepers: int  # independent ones
    n_lost: int  # of these


def reject_cut(
    ratings: ArrayLike,
    *,
    lost: float = 0.05,
    confidence: float = 0.95,
    clusters: Codes | None = None,
    seed: int = 0,
) -> RejectCut:
    """Highest rejection threshold at which at most the share `lost` of good photos is rejected.

    The rating of the k-th lowest of m keepers, with the greatest k for which
    fewer than k of m would be below their true quantile `lost` with a chance of
    at most 1 − `confidence`: a distribution-free tolerance bound, the same as the
    Clopper–Pearson bound of the share below it. It needs nothing but keepers
    drawn as those to come will be, and ratings that did not see them.

    Parameters
    ----------
    ratings : array-like of shape (m,)
        Of keepers: photos that people want to keep; higher is better.
    lost : float, default=0.05
        The share of keepers that may be rejected.
    confidence : float, default=0.95
    clusters : ndarray of shape (m,), optional
        Keepers of one code, such as shots of one moment, have about the same
        rating and are one observation: one of each is drawn, and the bound is of
        such keepers. −1 is a photo on its own.
    seed : int, default=0
        Draws them.

    Raises
    ------
    TooFewKeepersError
        If there are fewer independent keepers than any cut needs
        (:func:`keepers_needed`).

    References
    ----------
    Wilks, S. S. (1941). Determination of sample sizes for setting tolerance
    limits. https://doi.org/10.1214/aoms/1177731788
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial
    limits illustrated in the case of the binomial.
    https://doi.org/10.1093/biomet/26.4.404

    Examples
    --------
    >>> reject_cut(np.arange(100.0))
    RejectCut(rating=1.0, lost=0.05, confidence=0.95, n_keepers=100, n_lost=1)
    """
    from scipy.special import betainc

    r = _one_a_cluster(np.asarray(ratings, dtype=np.float64), clusters, seed)
    m = len(r)
    if m < (needed := keepers_needed(lost, confidence)):
        raise TooFewKeepersError(m, needed, lost, confidence)
    # The share of keepers below the k-th lowest of m is Beta(k, m + 1 − k).
    k = np.arange(1, m + 1)
    enough = int(np.count_nonzero(betainc(k, m + 1 - k, lost) >= confidence))
    cut = float(np.sort(r)[enough - 1])
    return RejectCut(cut, lost, confidence, m, int(np.count_nonzero(r < cut)))


def keepers_needed(lost: float, confidence: float) -> int:
    """Smallest number of independent keepers (good photos) needed to set a rejection threshold.

    Examples
    --------
    >>> keepers_needed(0.05, 0.95), keepers_needed(0.01, 0.95)
    (59, 299)
    """
    if not (0 < lost < 1 and 0 < confidence < 1):
        raise ValueError("a share of keepers and a confidence lie between 0 and 1")
    return ceil(log(1 - confidence) / log(1 - lost))


def _one_a_cluster(ratings: np.ndarray, clusters: Codes | None, seed: int) -> np.ndarray:
    """Ratings (u,) of one random keeper (good photo) per cluster; all if `clusters` is None."""
    if clusters is None:
        return ratings
    units = unit_codes(clusters, n=len(ratings))
    order = np.random.default_rng(seed).permutation(len(ratings))
    return ratings[order[np.unique(units[order], return_index=True)[1]]]
