"""Ranking with a margin: every winner at least one unit above its loser."""

from collections.abc import Iterator

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.hinge_pairs import hinge_pairs
from photorank.errors import ComparisonsError
from photorank.typing import Floats
from photorank.vectors.learners.coordinates import Coordinates
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.inner_folds import HeldOut, best_alpha, penalties
from photorank.vectors.learners.newton import Local, minimise, steepness


class RankSVM(DirectionLearner):
    r"""Support vector machine on all ordered pairs, none of them listed.

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
        Z, energy = coordinates.Z, coordinates.energy

        self.alpha_ = self.alpha
        if self.alpha_ is None:
            grid = penalties(coordinates.spread)
            self.alpha_ = best_alpha(
                grid,
                comparisons,
                lambda train: Hinge(Z[train], comparisons.take(train)).along(grid, energy),
                lambda weights, test: _misordered(comparisons.take(test), Z[test] @ weights),
                seed=self.random_state,
            )
        return coordinates.back @ Hinge(Z, comparisons).minimum(self.alpha_, energy)


class Hinge:
    """Mean squared hinge of ordered pairs with ratings Z ω, plus α ‖ω‖²."""

    def __init__(self, Z: Floats, comparisons: Comparisons) -> None:
        self._Z, self._comparisons = Z, comparisons  # (n, k)
        self._n_pairs = hinge_pairs(comparisons, np.zeros(len(Z))).weight  # no lead is long yet

    def minimum(
        self, alpha: float, energy: Floats, *, start: Floats | None = None, precision: float = 1e-9
    ) -> Floats:
        """Return the best weights (k,); `energy` (k,) guesses the diagonal of ZᵀLZ."""
        zero, scale = np.zeros(self._Z.shape[1]), 2 * (energy + alpha)
        return minimise(
            lambda weights: self.near(weights, alpha),
            zero if start is None else start,
            scale=scale,
            tolerance=precision * steepness(self.near(zero, alpha).gradient, scale),
        )

    def along(self, alphas: Floats, energy: Floats) -> Iterator[Floats]:
        """Minimise at one penalty after another, roughly, each from where the last one ended."""
        found = None
        for alpha in alphas:
            found = self.minimum(float(alpha), energy, start=found, precision=1e-3)
            yield found

    def near(self, weights: Floats, alpha: float) -> Local:
        """Describe the objective around some weights (k,)."""
        Z, ratings = self._Z, self._Z @ weights
        leads = hinge_pairs(self._comparisons, ratings)
        value = leads.squared_hinge(ratings) / self._n_pairs + alpha * weights @ weights
        pull = Z.T @ (leads.laplacian(ratings) - leads.net) / self._n_pairs

        def curvature(change: Floats) -> Floats:
            return 2 * (Z.T @ leads.laplacian(Z @ change) / self._n_pairs + alpha * change)

        return Local(float(value), 2 * (pull + alpha * weights), curvature)


def _misordered(comparisons: Comparisons, ratings: Floats) -> HeldOut:
    credit, weight = comparisons.agreement(ratings)
    return HeldOut(float((weight - credit).sum()), float(weight.sum()))
