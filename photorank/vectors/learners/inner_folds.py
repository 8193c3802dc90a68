"""Choice of the penalty by cross-validation over inner folds of the training photos."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Codes, Floats, Ratings

FOLDS = 5
# Penalties that are tried, in units of the compared photos' mean squared distance,
# the largest first: there any loss is nearly flat, so each fit starts the next.
_PENALTIES = np.logspace(0, -5, 11)

Model = TypeVar("Model")


class HeldOut(NamedTuple):
    """Loss of a model on held-out comparisons."""

    loss: float  # their sum
    weight: float  # how many


def penalties(spread: float) -> Floats:
    """Grid of candidate penalties (a,), from large to small."""
    return _PENALTIES * (spread if spread > 0 else 1.0)


def best_alpha(
    alphas: Floats,
    comparisons: Comparisons,
    path: Callable[[Codes], Iterable[Model]],
    loss: Callable[[Model, Codes], HeldOut],
    *,
    seed: int,
) -> float:
    """Penalty of least loss on the held-out photos of the inner folds.

    `path` fits some rows at every penalty, in the order of `alphas`; `loss` tests a model on
    the comparisons among other rows. Where no fold holds two compared photos, the middle
    penalty is returned.
    """
    fold = inner_folds(comparisons, seed)  # (n,)
    lost = np.zeros((len(alphas), 2))
    for k in range(FOLDS):
        train, test = np.flatnonzero((fold >= 0) & (fold != k)), np.flatnonzero(fold == k)
        if _ordered(comparisons, train) and _ordered(comparisons, test):
            lost += [loss(model, test) for model in path(train)]
    if not lost[0, 1] > 0:
        return float(alphas[len(alphas) // 2])
    return float(alphas[np.argmin(lost[:, 0] / lost[:, 1])])


def inner_folds(comparisons: Comparisons, seed: int) -> Codes:
    """Fold code of each photo (n,), −1 for photos without comparisons.

    Groups that are only compared within themselves stay whole where there are at
    least as many as folds and none has more than half of the photos: on versions of
    scenes that it knows a model flatters itself. Otherwise photos are dealt out one
    by one.
    """
    active = comparisons.active
    units = comparisons.components[active]
    if comparisons.n_components < FOLDS or 2 * np.bincount(units).max() > len(active):
        units = np.arange(len(active))
    rng = np.random.default_rng(seed)
    dealt = rng.permutation(int(units.max(initial=-1)) + 1) % FOLDS
    folds = np.full(comparisons.n, -1)
    folds[active] = dealt[units]
    return folds


def misordered(comparisons: Comparisons, ratings: Ratings) -> HeldOut:
    """Weight of the pairs that ratings (n,) misorder against people's judgements, ties half."""
    credit, weight = comparisons.agreement(ratings)
    return HeldOut(float((weight - credit).sum()), float(weight.sum()))


def _ordered(comparisons: Comparisons, rows: Codes) -> bool:
    """Whether people ordered any two of the photos `rows`."""
    return len(rows) > 1 and comparisons.take(rows).n_pairs > 0
