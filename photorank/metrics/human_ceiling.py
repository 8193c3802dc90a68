"""Human ceiling: how well people agree with each other, a practical limit for ratings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.estimates import Estimate
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.pair_sums import PairSums, pool
from photorank.metrics.ranking import accuracy_sums, spearman_sums
from photorank.typing import Codes, Floats, Labels

_Sums = Callable[[Labels, Comparisons], PairSums]


@dataclass(frozen=True)
class RaterTable:
    """Table of m scores, with the photo and the person (rater) of each."""

    photos: Codes  # (m,) rows 0 … n − 1
    raters: Codes  # (m,) one number a person
    scores: Floats  # (m,) higher is better
    n: int  # photos


@dataclass(frozen=True)
class HumanCeiling:
    """Agreement among people, as accuracies and rank correlations with confidence intervals.

    ``split_half``: the mean of half of each photo's raters against the mean
    of the other half. Both are noisier than the mean of all, so a perfect
    rating would do better than this against that mean.
    ``one_rater``: one person against the mean of all others: what a rating
    has to pass to be worth more than asking somebody.
    """

    split_half_accuracy: Estimate
    split_half_spearman: Estimate
    one_rater_accuracy: Estimate
    one_rater_spearman: Estimate


def human_ceiling(
    table: RaterTable, *, splits: int = 20, seed: int, level: float = 0.95
) -> HumanCeiling:
    """Agreement between random halves of the raters, and between each rater and all others.

    Parameters
    ----------
    table : RaterTable
        Photos with a single rater cannot be split and are left out.
    splits : int, default=20
        Random halves, pooled.
    seed : int
    level : float, default=0.95

    Returns
    -------
    HumanCeiling
        Accuracies (0.5 at chance) and rank correlations (0 at chance). The
        intervals leave out a photo at a time for split halves, and a rater at
        a time for single raters; nan where nothing can be compared.

    Raises
    ------
    ComparisonsError
        If the columns differ in length, or a row or score is not one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> beauty, judged = rng.normal(size=30), np.repeat(np.arange(30), 8)
    >>> scores = beauty[judged] + rng.normal(size=240)
    >>> table = RaterTable(judged, np.tile(np.arange(8), 30), scores, n=30)
    >>> ceiling = human_ceiling(table, seed=0)
    >>> ceiling.split_half_accuracy.value > ceiling.one_rater_accuracy.value > 0.5
    True
    """
    if not len(table.photos) == len(table.raters) == len(table.scores):
        raise ComparisonsError("photos, raters and scores must have one length")
    if not len(table.scores) or not np.isfinite(table.scores).all():
        raise ComparisonsError("scores by rater must be finite numbers, and at least one")
    if table.photos.min() < 0 or table.photos.max() >= table.n:
        raise ComparisonsError(f"judgements name photos outside 0 … {table.n - 1}")
    halves = _halves(table, splits, np.random.default_rng(seed))
    others = _rest_means(table)
    return HumanCeiling(
        *(_split_half(halves, sums, level) for sums in (accuracy_sums, spearman_sums)),
        *(_one_rater(table, others, sums, level) for sums in (accuracy_sums, spearman_sums)),
    )


def _halves(
    table: RaterTable, splits: int, rng: np.random.Generator
) -> list[tuple[Labels, Labels]]:
    """Mean photo scores (n,) by one half of a photo's raters and by the other, per random split."""
    found = []
    for _ in range(splits):
        # Every other one of a photo's raters, in random order.
        order = np.lexsort((rng.random(len(table.photos)), table.photos))
        photos, scores = table.photos[order], table.scores[order]
        place = np.arange(len(photos)) - np.searchsorted(photos, photos)
        one, other = (
            _means(photos[half], scores[half], table.n) for half in (place % 2 == 0, place % 2 == 1)
        )
        found.append((one, other))
    return found


def _split_half(halves: list[tuple[Labels, Labels]], sums: _Sums, level: float) -> Estimate:
    """Agreement between two random halves of the raters, with a jackknife interval over photos."""
    graphs = [Comparisons.from_scores(np.where(np.isnan(a), a, b)) for a, b in halves]
    each = (sums(np.nan_to_num(a), graph) for (a, _), graph in zip(halves, graphs, strict=True))
    return jackknife(
        pool(each).leave_one_out(),
        level=level,
        n_photos=len(graphs[0].active),
        n_pairs=graphs[0].n_pairs,
    )


def _rest_means(table: RaterTable) -> Floats:
    """Mean (m,) of other people's scores of the same photo, for each of m scores; nan if none."""
    count = np.bincount(table.photos, minlength=table.n)[table.photos] - 1
    rest = np.bincount(table.photos, table.scores, minlength=table.n)[table.photos] - table.scores
    return np.divide(rest, count, out=np.full(len(rest), np.nan), where=count > 0)


def _one_rater(table: RaterTable, others: Floats, sums: _Sums, level: float) -> Estimate:
    """Agreement between a single rater and the mean of the others, pooled over all raters."""
    each: list[PairSums] = []
    n_pairs = 0
    for rater in np.unique(table.raters):
        mine = table.raters == rater
        graph = Comparisons.from_scores(others[mine])
        each.append(sums(table.scores[mine], graph))
        n_pairs += graph.n_pairs
    totals = np.array([one.total for one in each])  # (raters, 3)
    total = totals.sum(axis=0)
    all_raters = PairSums(total, total - totals, np.empty((0, 3)), each[0].floor)
    return jackknife(
        all_raters.leave_one_out(),
        level=level,
        n_photos=len(np.unique(table.photos)),
        n_pairs=n_pairs,
    )


def _means(photos: Codes, scores: Floats, n: int) -> Labels:
    """Mean score (n,) of each photo; nan for photos without scores."""
    count = np.bincount(photos, minlength=n)
    total = np.bincount(photos, scores, minlength=n)
    return np.divide(total, count, out=np.full(n, np.nan), where=count > 0)
