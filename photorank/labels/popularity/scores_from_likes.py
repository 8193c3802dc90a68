"""Popularity scores from likes, corrected for audience size, account and time online."""

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import LabelsError
from photorank.typing import Codes, Floats


def rate(likes: ArrayLike, exposure: ArrayLike, *, log: bool = False) -> Floats:
    """Likes per view or follower (n,), shrunk towards the mean where views or followers are few.

    Likes are taken as Poisson counts, with a rate a photo that comes from one gamma
    distribution for all photos, so a photo may have more likes than views. The score
    is the mean of what the rate may be: (α + likes) / (β + exposure), where α likes
    of β views are what a photo is worth before anyone saw it. Both are found by
    maximum likelihood from all photos (empirical Bayes, Clayton & Kaldor 1987,
    https://doi.org/10.2307/2532003). Photos that differ no more than chance makes
    equal ones differ all have one rate; one that nobody saw has the usual rate, α / β.

    What is popular is not thereby good: on 6,073 photos of Pixabay with a quality
    score, likes per view order photos slightly against it (``benchmarks/popularity.py``).

    Raises LabelsError if a photo that nobody saw is liked, nobody saw any photo, or all likes
    are 0.

    Parameters
    ----------
    likes : array-like of shape (n,)
        Counts ≥ 0: likes, favourites, downloads.
    exposure : array-like of shape (n,)
        Views or followers, ≥ 0; ones where neither is known.
    log : bool, default=False
        Return the natural logarithm: rates differ by factors, and learners that
        weigh how far two photos are apart would see the few most popular alone.

    Examples
    --------
    >>> rate([1, 900, 10, 30], [1, 1000, 1000, 1000]).round(2)
    array([0.68, 0.9 , 0.01, 0.03])
    """
    counts, seen = np.asarray(likes, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    for wrong, why in (
        (((seen == 0) & (counts > 0)).any(), "a photo that nobody saw cannot have likes"),
        (not seen.any(), "no photo was seen by anyone"),
        (not counts.any(), "all photos have 0 likes"),
    ):
        if wrong:
            raise LabelsError(f"no popularity can be told: {why}.")
    prior = _gamma_prior(counts, seen / seen.mean())
    if prior is None:
        rates = np.full(len(counts), counts.sum() / seen.sum())
    else:
        alpha, usual = prior
        rates = (alpha + counts) / (alpha / (usual / seen.mean()) + seen)
    return np.log(rates) if log else rates


def account_tiers(scores: ArrayLike, accounts: ArrayLike, *, n_tiers: int = 5) -> Floats:
    """Popularity tier (n,) of each photo among its account's photos, from 1 to `n_tiers`.

    From 1, the least popular, to `n_tiers`, of equal size. Equal scores share the tier
    of their middle rank, and what lies on a border has the mean of its two tiers. An
    account with few photos stays near the middle: its only photo is exactly there, and
    its best of two is no member of the top fifth.

    Examples
    --------
    >>> account_tiers([5.0, 1.0, 3.0, 9.0], ["ann", "ann", "ann", "bob"], n_tiers=3)
    array([3., 1., 2., 2.])
    """
    values = np.asarray(scores, dtype=np.float64)
    codes = np.unique(np.asarray(accounts), return_inverse=True)[1]
    tiers = np.empty(len(values))
    for members in np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1]):
        order = np.sort(values[members])
        below = np.searchsorted(order, values[members], "left")
        at_most = np.searchsorted(order, values[members], "right")
        # The middle rank as a share of all is (below + at_most) / 2n; in whole numbers a border
        # is a border.
        place: Codes = n_tiers * (below + at_most)
        whole = 2 * len(members)
        tiers[members] = (place // whole + 1 - (-place // whole)) / 2
    return tiers


def age_corrected(scores: ArrayLike, ages: ArrayLike) -> Floats:
    """Popularity (n,) of each photo, rescaled as if all photos had been published equally long ago.

    A photo that has been out for longer had more time to be liked. Early and late
    counts differ by a factor that depends on age alone, and by noise (Szabo &
    Huberman 2010, https://doi.org/10.1145/1787234.1787254); that factor is taken to be
    a power of age, fitted by least squares on both logarithms, which has two unknowns
    and so needs few photos. Where popularity does not grow with age, as rates per view
    may not, nothing is corrected: a young photo never loses.

    Parameters
    ----------
    scores : array-like of shape (n,)
        > 0, as from :func:`rate`; what is returned has their unit.
    ages : array-like of shape (n,)
        Days since the photo was published, ≥ 0. Below a day counts as a day.

    Examples
    --------
    >>> age_corrected([10.0, 1000.0, 300.0], [1, 100, 10]).round(1)
    array([100., 100., 300.])
    """
    values: Floats = np.asarray(scores, dtype=np.float64)
    log_age: Floats = np.log(np.maximum(np.asarray(ages, dtype=np.float64), 1))
    log_age -= log_age.mean()
    spread = float(log_age @ log_age)
    growth = float(log_age @ np.log(values)) / spread if spread else 0.0
    return values * np.exp(-max(growth, 0.0) * log_age)


def _gamma_prior(likes: Floats, exposure: Floats) -> tuple[float, float] | None:
    """Shape and mean of a gamma prior for rates of likes; None if rates differ only by chance."""
    from scipy.optimize import minimize
    from scipy.special import digamma, gammaln

    pooled = likes.sum() / exposure.sum()
    # The likelihood's slope where all rates are the same: not above 0, more spread fits no better
    # (Lawless 1987, https://doi.org/10.2307/3314912).
    excess = (likes - pooled * exposure) ** 2 - likes
    if excess.sum() <= 0:
        return None
    start = [np.log(pooled), np.log(pooled**2 * (exposure**2).sum() / excess.sum())]

    def loss(logs: Floats) -> tuple[float, Floats]:
        mean, alpha = np.exp(logs)
        beta = alpha / mean
        total = beta + exposure
        value = (
            gammaln(likes + alpha)
            - gammaln(alpha)
            - alpha * np.log1p(exposure / beta)
            - likes * np.log(total)
        )
        by_beta = alpha / beta - (alpha + likes) / total
        by_alpha = digamma(likes + alpha) - digamma(alpha) - np.log1p(exposure / beta)
        slope = [-beta * by_beta.mean(), alpha * by_alpha.mean() + beta * by_beta.mean()]
        return -float(value.mean()), -np.array(slope)

    # Beyond these shapes rates are as good as equal, or as good as 0 but for a few.
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(-60, 60), (np.log(1e-6), np.log(1e8))]
    )
    mean, alpha = np.exp(found.x)
    return float(alpha), float(mean)
