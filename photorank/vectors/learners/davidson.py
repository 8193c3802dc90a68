"""The likelihood of choices between two photos, with ties after Davidson (1970)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from photorank.comparisons.comparisons import ChoiceComparisons
from photorank.typing import Floats
from photorank.vectors.learners.inner_folds import HeldOut
from photorank.vectors.learners.newton import Local, minimise, steepness


class Chances(NamedTuple):
    """What a rating difference η says of each pair, log ν of ties given."""

    first: Floats  # (m,) probability that the first photo is preferred
    second: Floats  # (m,)
    tie: Floats  # (m,)
    log_sum: Floats  # (m,) log(e^{η/2} + e^{−η/2} + ν)


@dataclass(frozen=True)
class Likelihood:
    """Mean negative log-likelihood of choices among photos with ratings Z ω, plus α ‖ω‖².

    Its parameters are one vector (k + 1,): ω, then log ν, which stays −∞ where
    there is no tie.
    """

    Z: Floats  # (n, k)
    choices: ChoiceComparisons

    def maximum(
        self, alpha: float, energy: Floats, *, start: Floats | None = None, precision: float = 1e-9
    ) -> Floats:
        """Return the parameters of greatest penalised likelihood.

        `energy` (k,) guesses the diagonal of ZᵀLZ; a good guess makes it fast.
        """
        p = float(self._tied.sum())
        zero = np.zeros(self.Z.shape[1] + 1)
        # Where all ratings are equal, the tie parameter explains the share of ties.
        zero[-1] = np.log(2 * p / (1 - p)) if p > 0 else -np.inf
        scale = np.append((1 - p) / 2 * energy + 2 * alpha, p * (1 - p) if p > 0 else 1.0)
        tolerance = precision * steepness(self.near(zero, alpha).gradient, scale)
        return minimise(
            lambda parameters: self.near(parameters, alpha),
            zero if start is None else start,
            scale=scale,
            tolerance=tolerance,
        )

    def along(self, alphas: Floats, energy: Floats) -> Iterator[Floats]:
        """Maximise at one penalty after another, roughly, each from where the last one ended."""
        found = None
        for alpha in alphas:
            found = self.maximum(float(alpha), energy, start=found, precision=1e-3)
            yield found

    def near(self, parameters: Floats, alpha: float) -> Local:
        """Describe the objective around some parameters."""
        weights, tie = parameters[:-1], parameters[-1]
        eta = self._differences(weights)
        chances = _chances(eta, tie)
        bend, cross, tie_bend = self._bends(chances)

        value = self._share @ chances.log_sum - self._lead @ eta / 2 + alpha * weights @ weights
        if self._tied.any():
            value -= self._tied.sum() * tie
        gradient = np.append(
            self._gathered(self._pull(chances)) + 2 * alpha * weights,
            self._share @ chances.tie - self._tied.sum(),
        )

        def curvature(change: Floats) -> Floats:
            along = self._differences(change[:-1])
            return np.append(
                self._gathered(bend * along + cross * change[-1]) + 2 * alpha * change[:-1],
                cross @ along + tie_bend * change[-1],
            )

        return Local(float(value), gradient, curvature)

    def deviance(self, parameters: Floats) -> HeldOut:
        """Return the summed negative log-likelihood of these choices, and their number."""
        eta, tie = self._differences(parameters[:-1]), parameters[-1]
        # A kind of outcome that was never seen in training has not probability 0.
        tie = max(tie, np.log(1e-3)) if self._tied.any() else tie
        loss = self._share @ _chances(eta, tie).log_sum - self._lead @ eta / 2
        loss -= self._tied.sum() * tie if self._tied.any() else 0.0
        return HeldOut(float(loss) * self.choices.n_judgements, self.choices.n_judgements)

    def covariance_root(self, parameters: Floats, alpha: float, photos: float | None) -> Floats:
        """Return R (k, ·) with cov(ω) = R Rᵀ.

        Choices are independent draws; pairs of labels (then `photos` says how
        many photos they rest on) share their photos' noise.
        """
        chances = _chances(self._differences(parameters[:-1]), parameters[-1])
        bend, cross, tie_bend = self._bends(chances)
        D = self._incidence
        data = self.Z.T @ ((D.T @ D.multiply(bend[:, None])) @ self.Z)
        if tie_bend > 0:  # ν was fitted too
            towards_tie = self._gathered(cross)
            data -= np.outer(towards_tie, towards_tie) / tie_bend
        hessian = data + 2 * alpha * np.eye(len(data))
        if photos is None:
            lower = np.linalg.cholesky(np.linalg.inv(hessian))
            return lower / np.sqrt(self.choices.n_judgements)
        freedom = float(np.trace(np.linalg.solve(hessian, data)))
        pairs = D.multiply(self._pull(chances)[:, None])
        of_photos = (abs(D).T @ pairs) @ self.Z  # (n, k) gradient of each photo's pairs
        root = np.linalg.solve(hessian, of_photos.T)
        return root / max(1 - freedom / photos, 1e-12)

    @cached_property
    def _share(self) -> Floats:
        return self.choices.weight / self.choices.weight.sum()

    @cached_property
    def _tied(self) -> Floats:
        return self.choices.ties / self.choices.weight.sum()

    @cached_property
    def _lead(self) -> Floats:
        return self._share * self.choices.margin

    @cached_property
    def _incidence(self) -> Any:
        """Return the sparse (m, n) matrix of ratings' differences, first less second."""
        from scipy.sparse import csr_array

        m = len(self.choices.first)
        ends = np.column_stack([self.choices.first, self.choices.second]).ravel()
        signs = np.tile([1.0, -1.0], m)
        return csr_array((signs, ends, np.arange(0, 2 * m + 1, 2)), shape=(m, self.choices.n))

    def _differences(self, weights: Floats) -> Floats:
        ratings = self.Z @ weights
        return ratings[self.choices.first] - ratings[self.choices.second]

    def _gathered(self, flow: Floats) -> Floats:
        """Carry a value a pair (m,) back to the weights (k,)."""
        n, first, second = self.choices.n, self.choices.first, self.choices.second
        return self.Z.T @ (np.bincount(first, flow, n) - np.bincount(second, flow, n))

    def _pull(self, chances: Chances) -> Floats:
        """Return each pair's derivative in η (m,)."""
        return (self._share * (chances.first - chances.second) - self._lead) / 2

    def _bends(self, chances: Chances) -> tuple[Floats, Floats, float]:
        """Return the second derivatives in η (m,), in η and log ν (m,), and in log ν."""
        lead = chances.first - chances.second
        bend = self._share * (chances.first + chances.second - lead**2) / 4
        cross = -self._share * lead * chances.tie / 2
        return bend, cross, float(self._share @ (chances.tie * (1 - chances.tie)))


def _chances(eta: Floats, tie: float) -> Chances:
    top = np.maximum(np.abs(eta) / 2, tie)
    first, second, tied = np.exp(eta / 2 - top), np.exp(-eta / 2 - top), np.exp(tie - top)
    total = first + second + tied
    return Chances(first / total, second / total, tied / total, top + np.log(total))
