"""Likelihood of choices between two photos, with ties, by Davidson's (1970) model."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from photorank.comparisons.comparisons import ChoiceComparisons
from photorank.typing import Floats
from photorank.vectors.learners.inner_folds import HeldOutLoss
from photorank.vectors.learners.penalised_loss import PenalisedLoss
from photorank.vectors.learners.solvers.newton import Local


class Chances(NamedTuple):
    """Probabilities of a win, a loss and a tie for each pair of photos, under Davidson's model."""

    first: Floats  # (m,) probability that the first photo is preferred
    second: Floats  # (m,)
    tie: Floats  # (m,)
    log_sum: Floats  # (m,) log(e^{η/2} + e^{−η/2} + ν)


class Likelihood(PenalisedLoss[ChoiceComparisons]):
    """Mean negative log-likelihood of choices between photos, plus a penalty on large weights.

    Its parameters are one vector (k + 1,): the weights ω, then log ν, which stays −∞ where
    there is no tie.
    """

    def equal_ratings(self, alpha: float) -> tuple[Floats, Floats]:
        p = float(self._tied.sum())
        equal = np.zeros(self.Z.shape[1] + 1)
        # The tie parameter alone then explains the share of ties.
        equal[-1] = np.log(2 * p / (1 - p)) if p > 0 else -np.inf
        scale = (1 - p) / 2 * self.curvature + 2 * alpha
        return equal, np.append(scale, p * (1 - p) if p > 0 else 1.0)

    def near(self, parameters: Floats, alpha: float) -> Local:
        weights, tie = parameters[:-1], parameters[-1]
        eta = self._differences(weights)
        chances = _chances(eta, tie)
        bend, cross, tie_bend = self._second_derivatives(chances)

        value = self._share @ chances.log_sum - self._lead @ eta / 2 + alpha * weights @ weights
        if self._tied.any():
            value -= self._tied.sum() * tie
        gradient = np.append(
            self._by_weights(self._first_derivatives(chances)) + 2 * alpha * weights,
            self._share @ chances.tie - self._tied.sum(),
        )

        def curvature(change: Floats) -> Floats:
            along = self._differences(change[:-1])
            return np.append(
                self._by_weights(bend * along + cross * change[-1]) + 2 * alpha * change[:-1],
                cross @ along + tie_bend * change[-1],
            )

        return Local(float(value), gradient, curvature)

    def held_out(self, parameters: Floats) -> HeldOutLoss:
        eta, tie = self._differences(parameters[:-1]), parameters[-1]
        # A kind of outcome that was never seen in training has not probability 0.
        tie = max(tie, np.log(1e-3)) if self._tied.any() else tie
        loss = self._share @ _chances(eta, tie).log_sum - self._lead @ eta / 2
        loss -= self._tied.sum() * tie if self._tied.any() else 0.0
        n = self.comparisons.n_judgements
        return HeldOutLoss(float(loss) * n, n)

    def covariance_root(self, parameters: Floats, alpha: float, photos: float | None) -> Floats:
        """Factor R of the covariance matrix R Rᵀ (k, k) of the fitted weights.

        Choices are independent draws; pairs of labels (then `photos` says how
        many photos they rest on) share their photos' noise.
        """
        chances = _chances(self._differences(parameters[:-1]), parameters[-1])
        bend, cross, tie_bend = self._second_derivatives(chances)
        D = self._incidence
        data = self.Z.T @ ((D.T @ D.multiply(bend[:, None])) @ self.Z)
        if tie_bend > 0:  # ν was fitted too
            towards_tie = self._by_weights(cross)
            data -= np.outer(towards_tie, towards_tie) / tie_bend
        hessian = data + 2 * alpha * np.eye(len(data))
        if photos is None:
            lower = np.linalg.cholesky(np.linalg.inv(hessian))
            return lower / np.sqrt(self.comparisons.n_judgements)
        freedom = float(np.trace(np.linalg.solve(hessian, data)))
        pairs = D.multiply(self._first_derivatives(chances)[:, None])
        of_photos = (abs(D).T @ pairs) @ self.Z  # (n, k) gradient of each photo's pairs
        root = np.linalg.solve(hessian, of_photos.T)
        return root / max(1 - freedom / photos, 1e-12)

    @cached_property
    def _share(self) -> Floats:
        return self.comparisons.weight / self.comparisons.weight.sum()

    @cached_property
    def _tied(self) -> Floats:
        return self.comparisons.ties / self.comparisons.weight.sum()

    @cached_property
    def _lead(self) -> Floats:
        return self._share * self.comparisons.margin

    @cached_property
    def _incidence(self) -> Any:
        """Sparse matrix (m, n) that maps n photos' ratings to the rating differences of m pairs."""
        from scipy.sparse import csr_array

        m, ends = len(self.comparisons.first), self.comparisons.pairs.ravel()
        signs = np.tile([1.0, -1.0], m)
        return csr_array((signs, ends, np.arange(0, 2 * m + 1, 2)), shape=(m, self.comparisons.n))

    def _differences(self, weights: Floats) -> Floats:
        return self.comparisons.differences(self.Z @ weights)

    def _by_weights(self, flow: Floats) -> Floats:
        """Gradient (k,) of the loss with respect to the k feature weights, by the chain rule.

        `flow` (m,) are derivatives with respect to the pairs' rating differences.
        """
        return self.Z.T @ self.comparisons.net(flow)

    def _first_derivatives(self, chances: Chances) -> Floats:
        """Derivatives (m,) of the pairs' losses with respect to their rating differences η."""
        return (self._share * (chances.first - chances.second) - self._lead) / 2

    def _second_derivatives(self, chances: Chances) -> tuple[Floats, Floats, float]:
        """Second derivatives of the loss by rating differences and by the log of the tie parameter.

        They are ∂²/∂η² (m,), ∂²/∂η ∂log ν (m,) and ∂²/∂(log ν)².
        """
        lead = chances.first - chances.second
        bend = self._share * (chances.first + chances.second - lead**2) / 4
        cross = -self._share * lead * chances.tie / 2
        return bend, cross, float(self._share @ (chances.tie * (1 - chances.tie)))


def _chances(eta: Floats, tie: float) -> Chances:
    top = np.maximum(np.abs(eta) / 2, tie)
    first, second, tied = np.exp(eta / 2 - top), np.exp(-eta / 2 - top), np.exp(tie - top)
    total = first + second + tied
    return Chances(first / total, second / total, tied / total, top + np.log(total))
