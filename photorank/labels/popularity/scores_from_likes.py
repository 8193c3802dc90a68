"""Popularity as a score: likes for what was seen, by whom, and for how long."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.errors import LabelsError
from photorank.typing import Codes, Floats


def rate(likes: ArrayLike, exposure: ArrayLike, *, log: bool = False) -> Floats:
    """Return likes per view or per follower, drawn to what is usual where little was seen.

    Likes are taken as Poisson counts, with a rate a photo that comes from one gamma
    distribution for all photos, so a photo may have more likes than views. The score
    is the mean of what the rate may be: (α + likes) / (β + exposure), where α likes
    of β views are what a photo is worth before anyone saw it. Both are found by
    maximum likelihood from all photos (empirical Bayes, Clayton & Kaldor 1987).

    Parameters
    ----------
    likes : array-like of shape (n,)
        Counts ≥ 0: likes, favourites, downloads.
    exposure : array-like of shape (n,)
        Views or followers, ≥ 0; ones where neither is known.
    log : bool, default=False
        Return the natural logarithm: rates differ by factors, and learners that
        weigh how far two photos are apart would see the few most popular alone.
        The order stays the same.

    Returns
    -------
    ndarray of shape (n,)
        Likes per unit of exposure, > 0 (with `log`, any number), higher is better.
        All the same where the photos differ no more than chance makes equal ones
        differ. A photo that nobody saw has the usual rate, α / β.

    Raises
    ------
    LabelsError
        If lengths differ or there is no photo, a count is negative or no number, a
        photo that nobody saw is liked, nobody saw any photo, or all likes are 0.

    Notes
    -----
    What is popular is not thereby good. On 6,073 photos of Pixabay with a quality
    score, likes per view order photos slightly against it (``benchmarks/popularity.py``).

    References
    ----------
    Clayton, D. & Kaldor, J. (1987). Empirical Bayes estimates of age-standardized
    relative risks for use in disease mapping. https://doi.org/10.2307/2532003

    Examples
    --------
    >>> rate([1, 900, 10, 30], [1, 1000, 1000, 1000]).round(2)
    array([0.68, 0.9 , 0.01, 0.03])
    """
    counts, seen = _same_length(likes=likes, exposure=exposure)
    _require((counts >= 0) & np.isfinite(counts), "likes are counts from 0")
    _require((seen >= 0) & np.isfinite(seen), "views and followers are counts from 0")
    _require((seen > 0) | (counts == 0), "a photo that nobody saw cannot have likes")
    _require(np.array([seen.any()]), "no photo was seen by anyone", row=False)
    _require(np.array([counts.any()]), "all photos have 0 likes", row=False)
    mean = counts.sum() / seen.sum()
    shape = _gamma_prior(counts, seen / seen.mean())
    if shape is None:
        rates = np.full(len(counts), mean)
    else:
        alpha, usual = shape
        beta = alpha / (usual / seen.mean())
        rates = (alpha + counts) / (beta + seen)
    return np.log(rates) if log else rates


def account_tiers(scores: ArrayLike, accounts: ArrayLike, *, n_tiers: int = 5) -> Floats:
    """Return each photo's tier among its account's photos, so that fame does not count.

    Parameters
    ----------
    scores : array-like of shape (n,)
        Finite, higher is better.
    accounts : array-like of shape (n,)
        Whose photo it is: names or numbers.
    n_tiers : int, default=5
        How many tiers of equal size, at least 2.

    Returns
    -------
    ndarray of shape (n,)
        From 1, the least popular, to `n_tiers`. Equal scores share the tier of their
        middle rank, and what lies on a border has the mean of its two tiers. An
        account with few photos stays near the middle: its only photo is exactly
        there, and its best of two is no member of the top fifth.

    Raises
    ------
    LabelsError
        If lengths differ or there is no photo, a score is no finite number, or there
        are fewer than 2 tiers.

    Examples
    --------
    >>> account_tiers([5.0, 1.0, 3.0, 9.0], ["ann", "ann", "ann", "bob"], n_tiers=3)
    array([3., 1., 2., 2.])
    """
    values = _same_length(scores=scores)[0]
    codes = _codes(accounts, len(values))
    _require(np.isfinite(values), "scores are finite numbers")
    _require(np.array([n_tiers >= 2]), "there are at least 2 tiers", row=False)
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
    """Return the popularity that each photo would have at the collection's typical age.

    A photo that has been out for longer had more time to be liked. Early and late
    counts differ by a factor that depends on age alone, and by noise (Szabo &
    Huberman 2010); that factor is taken to be a power of age, fitted by least squares
    on both logarithms, which has two unknowns and so needs few photos. Where
    popularity does not grow with age, as rates per view may not, nothing is
    corrected: a young photo never loses.

    Parameters
    ----------
    scores : array-like of shape (n,)
        > 0, as from :func:`rate`.
    ages : array-like of shape (n,)
        Days since the photo was published, ≥ 0. Below a day counts as a day.

    Returns
    -------
    ndarray of shape (n,)
        > 0, higher is better, in the unit of `scores`: what the photo would have at
        the geometric mean of all ages. Not related to age any more.

    Raises
    ------
    LabelsError
        If lengths differ or there is no photo, or a score or an age is out of range.

    References
    ----------
    Szabo, G. & Huberman, B. A. (2010). Predicting the popularity of online content.
    https://doi.org/10.1145/1787234.1787254

    Examples
    --------
    >>> age_corrected([10.0, 1000.0, 300.0], [1, 100, 10]).round(1)
    array([100., 100., 300.])
    """
    values, days = _same_length(scores=scores, ages=ages)
    _require((values > 0) & np.isfinite(values), "scores are above 0")
    _require((days >= 0) & np.isfinite(days), "ages are days from 0")
    log_age: Floats = np.log(np.maximum(days, 1))
    log_age -= log_age.mean()
    spread = float(log_age @ log_age)
    growth = float(log_age @ np.log(values)) / spread if spread else 0.0
    return values * np.exp(-max(growth, 0.0) * log_age)


def _gamma_prior(likes: Floats, exposure: Floats) -> tuple[float, float] | None:
    """Return shape and mean of the gamma distribution of rates; None where they do not differ."""
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


def _same_length(**columns: ArrayLike) -> list[Floats]:
    """Return the columns as arrays (n,) with n ≥ 1."""
    arrays = []
    for name, column in columns.items():
        try:
            arrays.append(np.asarray(column, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise LabelsError(f"{name} must be numbers.") from error
    shapes = {name: array.shape for name, array in zip(columns, arrays, strict=True)}
    if len(set(shapes.values())) > 1 or len(arrays[0].shape) != 1 or not len(arrays[0]):
        raise LabelsError(f"one number a photo is needed, at least one of each: shapes {shapes}.")
    return arrays


def _codes(accounts: ArrayLike, n: int) -> Codes:
    names = np.asarray(accounts)
    if names.shape != (n,):
        raise LabelsError(f"one account a photo is needed: {n} photos, shape {names.shape}.")
    return np.unique(names, return_inverse=True)[1].reshape(n)


def _require(fine: NDArray[np.bool_], what: str, *, row: bool = True) -> None:
    """Raise unless all is fine, telling the first row where it is not."""
    if not fine.all():
        where = f" (photo {int(np.argmin(fine)) + 1} of {len(fine)})" if row else ""
        raise LabelsError(f"no popularity can be told: {what}{where}.")
