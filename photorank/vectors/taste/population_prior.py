"""Bayesian prior of one person's taste, centred on a rating direction that all people share."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from photorank.comparisons.codes import rows_by_code
from photorank.errors import ComparisonsError
from photorank.index.opened import Index, SingleRatings
from photorank.metrics.human_ceiling import RaterTable
from photorank.typing import Codes, Direction, Embeddings, Floats
from photorank.vectors.taste.fit_taste import TastePrior

PHOTOS_OF_COMPONENTS = 4000  # enough to tell in which ways the photos of an index differ
MIN_LABELS = 20  # of a person who has a say in how tastes differ
MIN_PEOPLE = 20  # that tell more of how tastes differ than the constants do
_MAX_PEOPLE = 1000  # who are listened to: more would change nothing but the time it takes
_EM_ROUNDS = 15  # of expectation and maximisation; the result then hardly moves
_PRIOR_PEOPLE = 10.0  # people that the starting covariance weighs as much as


def prior_in(index: Index, direction: Direction | None, *, rater: str | None = None) -> TastePrior:
    """Prior of a person's taste, made from an index's photos and a shared rating direction (d,).

    The ways in which people may deviate are those in which all of its photos differ,
    judged or not; how far a `rater` may is learned from the others, where there are
    enough of them (see :func:`prior_by_others`).
    """
    some = np.random.default_rng(0).permutation(len(index))[:PHOTOS_OF_COMPONENTS]
    prior = TastePrior.of(index.embeddings_of(np.sort(some)), direction)
    return prior if rater is None else prior_of_rater(index, prior, rater)


def prior_of_rater(index: Index, prior: TastePrior, rater: str) -> TastePrior:
    """Prior of one person's taste, with covariance learned from the scores of all other people.

    The direction is that of the given prior.
    """
    others = index.single_ratings(without=rater)
    learned = prior_by_others(prior, others, index.embeddings_of)
    if learned is prior or len(index.single_ratings().raters) > len(others.raters):
        return learned  # the person's own scores, if any, are on the same scale
    return replace(learned, unit=None)


def learned_prior(
    prior: TastePrior,
    X: Embeddings | Floats,
    table: RaterTable,
) -> TastePrior:
    """Copy of a taste prior, with covariance and noise estimated from many people's labels.

    `X` (n, d) are the embeddings of the labelled photos.

    Each person's labels are compared with the mean of all others' of the same photo; what is
    left is the deviation z·δ plus noise. Σ and the noise are fitted to all people with 20
    labels together by expectation and maximisation: empirical Bayes, so nobody has to say how
    much a person is to be trusted. Raises ComparisonsError if fewer than two people have labels
    enough, or the prior's direction orders the photos against them.

    References
    ----------
    Efron, B. (2010). Large-Scale Inference: Empirical Bayes Methods.
    https://doi.org/10.1017/CBO9780511761362
    Laird, N. M. & Ware, J. H. (1982). Random-effects models for longitudinal
    data. https://doi.org/10.2307/2529876
    """
    Z = prior.coordinates(X)
    unit = _label_slope(Z[:, 0], table)
    people = _residuals(Z[:, 1:], table, unit)
    if len(people) < 2:
        raise ComparisonsError(
            f"to learn how tastes differ, two people or more need {MIN_LABELS} labels each"
        )
    # Sums over each person's p labels are all that a round needs of them.
    gram = np.stack([Z.T @ Z for Z, _ in people])  # (p, q, q)
    target = np.stack([Z.T @ left for Z, left in people])  # (p, q)
    total = sum(float(left @ left) for _, left in people)
    count = sum(len(left) - 2 for _, left in people)  # each one's mean and slope are taken off
    start = prior.covariance
    covariance, variance = start, prior.noise**2
    for _ in range(_EM_ROUNDS):
        spread = np.linalg.inv(np.linalg.inv(covariance) + gram / variance)  # (p, q, q)
        mean = np.einsum("pij,pj->pi", spread, target) / variance
        moments = spread.sum(axis=0) + mean.T @ mean
        predicted = np.einsum("pij,pj->pi", gram, mean)
        squares = total + float((mean * (predicted - 2 * target)).sum() + (gram * spread).sum())
        covariance = (moments + _PRIOR_PEOPLE * start) / (len(people) + _PRIOR_PEOPLE)
        variance = squares / count
    return replace(
        prior,
        covariance=covariance,
        noise=float(np.sqrt(variance)),
        unit=unit,
        without_others=prior,
    )


def prior_by_others(
    prior: TastePrior, others: SingleRatings, embeddings_of: Callable[[Codes], Embeddings]
) -> TastePrior:
    """Copy of a taste prior, with covariance learned from the scores of many other people.

    The given prior is returned if fewer than 20 people have 20 scores, or if the scores do not
    agree with its direction.
    """
    people, count = np.unique(others.raters, return_counts=True)
    people = people[count >= MIN_LABELS]
    if len(people) < MIN_PEOPLE or not prior.direction.any():
        return prior
    heard = np.random.default_rng(0).permutation(people)[:_MAX_PEOPLE]
    kept = np.isin(others.raters, heard)
    rows, photos = np.unique(others.photos[kept], return_inverse=True)
    table = RaterTable(photos, others.raters[kept], others.scores[kept], len(rows))
    try:
        return learned_prior(prior, embeddings_of(rows), table)
    except ComparisonsError:
        return prior


def _label_slope(rating: Floats, table: RaterTable) -> float:
    """Slope of the linear regression of people's labels on the given ratings of photos.

    `rating` (n,) are those ratings of n photos.
    """
    known = rating[table.photos] - rating[table.photos].mean()
    unit = float(known @ table.scores / max(known @ known, 1e-300))
    if not unit > 0:
        raise ComparisonsError("people's labels do not grow with the prior vector's ratings")
    return unit


def _residuals(Z: Floats, table: RaterTable, unit: float) -> list[tuple[Floats, Floats]]:
    """For each person, residuals of features and labels regressed on other people's mean labels.

    The mean labels are those that other people gave the same photos.
    """
    total = np.bincount(table.photos, table.scores, table.n)
    count = np.bincount(table.photos, minlength=table.n)
    people = []
    for rows in rows_by_code(table.raters):
        photos, labels = table.photos[rows], table.scores[rows]
        shared = count[photos] > 1  # else nobody else rated the photo
        photos, labels = photos[shared], labels[shared]
        if len(labels) < MIN_LABELS:
            continue
        others = (total[photos] - labels) / (count[photos] - 1)
        known = np.column_stack([np.ones(len(labels)), others])
        both = np.column_stack([labels / unit, Z[photos]])
        both -= known @ np.linalg.lstsq(known, both, rcond=None)[0]
        people.append((both[:, 1:], both[:, 0]))
    return people
