"""The likelihood of choices between two photos, with ties after Davidson (1970)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from photorank.labels.choice_graph import ChoiceComparisons
from photorank.typing import Floats
from photorank.vectors.newton import Local, minimise, steepness


class Chances(NamedTuple):
    """What a rating difference says of each pair."""

    first: Floats  # (m,) probability that the first photo is preferred
    second: Floats  # (m,)
    tie: Floats  # (m,)
    log_sum: Floats  # (m,) log(e^{η/2} + e^{−η/2} + ν)


@dataclass(frozen=True)
class Likelihood:
    """Mean negative log-likelihood of choices plus α ‖ω‖², over ω (k,) and log ν.

    Parameters are one vector: ω, followed by log ν if there are ties.
    """

    Z: Floats  # (n, k)
    energy: Floats  # (k,) diagonal of ZᵀLZ, a guess is enough
    choices: ChoiceComparisons
    alpha: float

    @classmethod
    def along(
        cls, Z: Floats, energy: Floats, choices: ChoiceComparisons, alphas: Floats
    ) -> Iterator[tuple[Self, Floats]]:
        """Maximise at one penalty after another, each from where the last one ended."""
        parameters = None
        for alpha in alphas:
            likelihood = cls(Z, energy, choices, float(alpha))
            parameters = likelihood.maximum(parameters, precision=1e-3)
            yield likelihood, parameters

    def maximum(self, start: Floats | None = None, *, precision: float = 1e-9) -> Floats:
        """Return the parameters of the greatest penalised likelihood."""
        zero = np.zeros(self.Z.shape[1])
        p = float(self._shares.tie.sum())
        scale = (1 - p) / 2 * self.energy + 2 * self.alpha
        if p > 0:
            # The ties' share is right where all ratings are equal.
            zero = np.append(zero, np.log(2 * p / (1 - p)))
            scale = np.append(scale, p * (1 - p))
        tolerance = precision * steepness(self.near(zero).gradient, scale)
        return minimise(self.near, zero if start is None else start, scale=scale, tolerance=tolerance)

    def near(self, parameters: Floats) -> Local:
        """Describe the objective around some parameters."""
        share, weights = self._shares, parameters[: self.Z.shape[1]]
        eta, tie = self._differences(weights), parameters[len(weights) :]  # (m,), (0,) or (1,)
        chances = _chances(eta, tie)
        value = share.total @ chances.log_sum - (share.first - share.second) @ eta / 2
        value += self.alpha * weights @ weights - share.tie.sum() * tie.sum()

        pull = _pull(share, chances)
        bend, cross, tie_bend = _bends(share, chances)
        gradient = np.append(
            self._gathered(pull) + 2 * self.alpha * weights,
            (share.total @ chances.tie - share.tie.sum()).repeat(len(tie)),
        )

        def curvature(change: Floats) -> Floats:
            step, tie_step = change[: len(weights)], change[len(weights) :]
            along = self._differences(step)
            return np.append(
                self._gathered(bend * along + cross * tie_step.sum()) + 2 * self.alpha * step,
                cross @ along + tie_bend * tie_step,
            )

        return Local(float(value), gradient, curvature)

    def deviance(self, parameters: Floats, Z: Floats, choices: ChoiceComparisons) -> Floats:
        """Return the summed negative log-likelihood of other choices, and their number."""
        other = replace(self, Z=Z, choices=choices, alpha=0.0)
        share, weights = other._shares, parameters[: Z.shape[1]]
        tie = parameters[len(weights) :]
        chances = _chances(other._differences(weights), tie)
        loss = -sum(
            kind @ np.log(np.maximum(chance, 1e-300))
            for kind, chance in zip(share[:3], chances[:3], strict=True)
        )
        return np.array([loss, 1.0]) * choices.n_judgements

    def covariance_root(self, parameters: Floats, *, independent: bool) -> Floats:
        """Return R (k, ·) with cov(ω) = R Rᵀ; pairs are independent, or share their photos."""
        share, weights = self._shares, parameters[: self.Z.shape[1]]
        tie = parameters[len(weights) :]
        chances = _chances(self._differences(weights), tie)
        bend, cross, tie_bend = _bends(share, chances)
        D = self._incidence
        information = self.Z.T @ ((D.T @ (bend[:, None] * D.toarray())) @ self.Z)
        return information


def _chances(eta: Floats, tie: Floats) -> Chances:
    """Return the probabilities of pairs with rating differences η (m,); `tie` is log ν or empty."""
    half = np.abs(eta) / 2
    top = half if not len(tie) else np.maximum(half, tie[0])
    terms = np.exp(eta / 2 - top), np.exp(-eta / 2 - top), np.exp(tie.sum() - top) * len(tie)
    total = sum(terms)
    return Chances(*(term / total for term in terms), top + np.log(total))
