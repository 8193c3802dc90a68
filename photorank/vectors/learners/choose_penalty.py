"""Choice of a learner's L2 penalty, by generalised or by inner cross-validation."""

from collections.abc import Iterable, Iterator

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Codes, Floats
from photorank.vectors.learners.inner_folds import (
    FOLDS,
    Graph,
    HeldOutLoss,
    Part,
    alpha_by_inner_folds,
    unsplit_groups,
)
from photorank.vectors.learners.penalised_loss import PenalisedLoss
from photorank.vectors.learners.solvers.ridge import ALPHAS, Problem

# Along which the penalty is chosen by holding out; on OASIS and on bursts all axes do no better.
_MAIN_AXES = 256
# Penalty beside degraded copies, in units of the mean squared centred norm: of their errors
# cross-validation tells nothing. Of 0.0003 to 0.01 the best one on OASIS' held-out themes.
_BESIDE_COPIES = 4e-3
# Penalties of losses that are tried, in units of the compared photos' mean squared distance,
# the largest first: there any loss is nearly flat, so each fit starts the next.
_PENALTIES = np.logspace(0, -5, 11)
_ROUGH = 1e-3  # precision of a fit's gradient that is enough to compare penalties


def penalty_of_least_squares(
    problem: Problem,
    Z: Floats,
    comparisons: Comparisons,
    given: Floats | None,
    groups: Codes | None,
) -> float:
    """Ridge penalty with the least cross-validated error, for least squares on features Z (n, r).

    It is chosen by the formula of generalised cross-validation; where groups are known, or photos
    are compared within many groups alone, by holding those out. `given` are the prior's ratings.
    """
    known = groups if unsplit_groups(comparisons, groups) is not None else None
    if known is None and (comparisons.scores is not None or comparisons.n_components < FOLDS):
        return problem.alpha_by_gcv()
    # Judgements within one group share its photos. Counting them as independent, as the
    # formula does, is far too trusting where there are many: groups are held out instead,
    # along the main axes, which hold nearly all that the penalty lets through.
    axes = problem.main_axes(_MAIN_AXES)
    alphas = ALPHAS * (problem.curvature(axes[:, -1]) or 1.0)
    Z = problem.along(Z, axes)

    def losses(train: Part[Comparisons], test: Part[Comparisons]) -> Iterable[HeldOutLoss]:
        told = None if given is None else given[train.rows]
        path = Problem.of(Z[train.rows], train.comparisons, told).path(alphas)
        r = Z[test.rows] @ path.weights.T  # (k, a)
        if given is not None:
            r += given[test.rows, None] * path.prior_scales
        count = test.comparisons.n_judgements
        errors = test.comparisons.squared_errors(r) * count
        return [HeldOutLoss(error, count) for error in errors.tolist()]

    return alpha_by_inner_folds(alphas, comparisons, losses, seed=0, groups=known)


def penalty_beside_copies(Z: Floats, comparisons: Comparisons) -> float:
    """Ridge penalty for learning from judgements and from pairs of a photo and a degraded copy.

    It is proportional to the mean squared distance of two compared photos in features Z (n, r).
    """
    # Twice the mean squared centred norm is the mean squared distance of a pair.
    spread = float(np.einsum("nd,nd->", Z, comparisons.laplacian(Z)))
    return _BESIDE_COPIES * spread / 2


def penalty_of_loss(
    loss: PenalisedLoss[Graph], spread: float, seed: int, groups: Codes | None = None
) -> float:
    """L2 penalty for a convex loss, chosen by 5-fold cross-validation within the training data.

    `spread` is trace(XᵀLX).
    """
    alphas = _PENALTIES * (spread if spread > 0 else 1.0)

    def losses(train: Part[Graph], test: Part[Graph]) -> Iterator[HeldOutLoss]:
        learned, other, found = loss.among(train), loss.among(test), None
        for alpha in alphas:
            found = learned.minimum(float(alpha), start=found, precision=_ROUGH)
            yield other.held_out(found)

    return alpha_by_inner_folds(alphas, loss.comparisons, losses, seed=seed, groups=groups)
