"""Inner cross-validation that finds the penalty with the least loss on held-out photos."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes, Floats, Ratings

Graph = TypeVar("Graph", bound=Comparisons)

FOLDS = 5


class Part(NamedTuple, Generic[Graph]):
    """Training or test part of a fold: photos' row numbers, and comparisons among these photos."""

    rows: Codes
    comparisons: Graph


class HeldOutLoss(NamedTuple):
    """Total loss of a model on held-out comparisons, and total weight of these comparisons."""

    loss: float  # their sum
    weight: float  # how many


def alpha_by_inner_folds(
    alphas: Floats,
    comparisons: Graph,
    losses: Callable[[Part[Graph], Part[Graph]], Iterable[HeldOutLoss]],
    *,
    seed: int,
    groups: Codes | None = None,
) -> float:
    """Penalty α with the least loss on held-out photos, over inner cross-validation folds.

    `losses` learns from some photos at every penalty, in the order of `alphas`, and tests each
    model on the comparisons among others. Where no fold holds two compared photos, the middle
    penalty is returned.
    """
    fold = inner_folds(comparisons, seed, groups)  # (n,)
    lost = np.zeros((len(alphas), 2))
    for k in range(FOLDS):
        both = np.flatnonzero((fold >= 0) & (fold != k)), np.flatnonzero(fold == k)
        train, test = (Part(rows, comparisons.take(rows)) for rows in both)
        if train.comparisons.n_pairs and test.comparisons.n_pairs:
            lost += list(losses(train, test))
    if not lost[0, 1] > 0:
        return float(alphas[len(alphas) // 2])
    return float(alphas[np.argmin(lost[:, 0] / lost[:, 1])])


def inner_folds(comparisons: Comparisons, seed: int, groups: Codes | None = None) -> Codes:
    """Number (n,) of the fold that holds out each photo; −1 for photos without comparisons.

    Known groups, or groups that are only compared within themselves, stay whole where
    :func:`unsplit_groups` says so: on versions of scenes that it knows a model flatters itself.
    Otherwise photos are dealt out one by one.
    """
    active = comparisons.active
    units = unsplit_groups(comparisons, groups)
    if units is None:
        units = np.arange(len(active))
    rng = np.random.default_rng(seed)
    dealt = rng.permutation(int(units.max(initial=-1)) + 1) % FOLDS
    folds = np.full(comparisons.n, -1)
    folds[active] = dealt[units]
    return folds


def unsplit_groups(comparisons: Comparisons, groups: Codes | None) -> Codes | None:
    """Group number of each compared photo, for folds that split no group, or None if impossible.

    Known groups (n,) come first, then groups that are only compared within themselves; there must
    be at least as many as folds, and none may have more than half of the photos.
    """
    active = comparisons.active
    for codes in (groups, comparisons.components):
        if codes is None or (codes[active] < 0).all():
            continue
        units = unit_codes(codes[active], n=len(active))
        sizes = np.bincount(units)
        if FOLDS <= len(sizes) < len(active) and 2 * sizes.max() <= len(active):
            return units
    return None


def misordered(comparisons: Comparisons, ratings: Ratings) -> HeldOutLoss:
    """Held-out loss: weight of the pairs that ratings (n,) order wrongly; ties count half."""
    credit, weight = comparisons.agreement(ratings)
    return HeldOutLoss(float((weight - credit).sum()), float(weight.sum()))
