"""Learner by a ranking SVM: squared hinge loss with a margin of 1 on pairs with a winner."""

from functools import cached_property

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.hinge_pairs import hinge_pairs
from photorank.errors import ComparisonsError
from photorank.typing import Floats
from photorank.vectors.learners.choose_penalty import penalty_of_loss
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.inner_folds import HeldOutLoss, misordered
from photorank.vectors.learners.penalised_loss import PenalisedLoss
from photorank.vectors.learners.solvers.coordinates import Coordinates
from photorank.vectors.learners.solvers.newton import Local


class RankSVM(DirectionLearner):
    r"""Ranking support vector machine: squared hinge loss on all photo pairs with a winner.

    Minimises the mean over all pairs that people ordered, i preferred to j, of
    :math:`\max(0, 1 - v \cdot (x_i - x_j))^2`, plus α ‖v‖². Pairs that are far
    enough apart in the right order count no more, as in no squared loss; the
    gap of their labels does not count at all. The sums over pairs take
    O(n log n) (Lee & Lin 2014).

    Parameters
    ----------
    alpha : float or None, default=None
        The penalty, 1 / (2 C m) for a C as in support vector machines and m
        pairs. None chooses it by the pairwise accuracy on held-out photos in
        5 inner folds of photos (of groups, where only they are compared).
    random_state : int, default=0
        Seed of the inner folds.

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length.
    length_ : float
        The length of v: the margin is ``1 / length_`` of rating.
    alpha_ : float
        The penalty that was used.

    See Also
    --------
    AllPairs : Squared loss on the gaps of the labels, in closed form.

    References
    ----------
    Lee and Lin (2014). Large-scale linear RankSVM. Neural Computation 26(4).
    https://doi.org/10.1162/NECO_a_00571

    Examples
    --------
    >>> photos = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.6, 0.8]])
    >>> RankSVM().fit(photos, [4.0, 3.0, 1.0, 2.0]).decision_function(photos).argsort()
    array([2, 3, 1, 0])
    """

    def __init__(self, alpha: float | None = None, *, random_state: int = 0) -> None:
        self.alpha = alpha
        self.random_state = random_state

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        if self.alpha is not None and not self.alpha > 0:
            raise ComparisonsError("alpha must be above 0: without it many directions are best")
        comparisons = comparisons.with_gap_power(0)
        coordinates = Coordinates.of(X, comparisons, None)
        loss, self.alpha_ = Hinge(coordinates.Z, comparisons, coordinates.curvature), self.alpha
        if self.alpha_ is None:
            self.alpha_ = penalty_of_loss(loss, coordinates.spread, self.random_state, self._groups)
        return coordinates.back @ loss.minimum(self.alpha_)


class Hinge(PenalisedLoss[Comparisons]):
    """Mean squared hinge loss of ratings Z ω on pairs with a winner, plus the penalty α ‖ω‖².

    ω are the weights of the features Z.
    """

    @cached_property
    def _n_pairs(self) -> float:
        return hinge_pairs(self.comparisons, np.zeros(len(self.Z))).weight  # no lead is 1 yet

    def equal_ratings(self, alpha: float) -> tuple[Floats, Floats]:
        return np.zeros(self.Z.shape[1]), 2 * (self.curvature + alpha)

    def held_out(self, parameters: Floats) -> HeldOutLoss:
        return misordered(self.comparisons, self.Z @ parameters)

    def near(self, parameters: Floats, alpha: float) -> Local:
        Z, ratings = self.Z, self.Z @ parameters
        pairs = hinge_pairs(self.comparisons, ratings)
        value = pairs.squared_hinge(ratings) / self._n_pairs + alpha * parameters @ parameters
        pull = Z.T @ (pairs.laplacian(ratings) - pairs.net) / self._n_pairs

        def curvature(change: Floats) -> Floats:
            return 2 * (Z.T @ pairs.laplacian(Z @ change) / self._n_pairs + alpha * change)

        return Local(float(value), 2 * (pull + alpha * parameters), curvature)
