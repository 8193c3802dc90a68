"""Convex losses on comparisons, with a ridge penalty chosen by cross-validation."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Codes, Floats
from photorank.vectors.learners.choose_penalty import HeldOut, alpha_by_inner_folds, penalties
from photorank.vectors.learners.solvers.newton import Local, minimise, steepness

Graph = TypeVar("Graph", bound=Comparisons)

_PRECISION = 1e-9  # of the gradient, in units of its size where all ratings are equal
_ROUGH = 1e-3  # enough to compare penalties


@dataclass(frozen=True)
class PenalisedLoss(ABC, Generic[Graph]):
    """Convex loss on the comparisons of ratings Z ω, plus the penalty α ‖ω‖²."""

    Z: Floats  # (n, k)
    comparisons: Graph
    curvature: Floats  # (k,) diagonal of ZᵀLZ; a guess will do, a good one makes it fast

    @abstractmethod
    def near(self, parameters: Floats, alpha: float) -> Local:
        """Value, gradient and Hessian-vector product of the loss at some parameters."""

    @abstractmethod
    def equal_ratings(self, alpha: float) -> tuple[Floats, Floats]:
        """Start parameters, where all ratings are equal, and the approximate Hessian diagonal."""

    @abstractmethod
    def held_out(self, parameters: Floats) -> HeldOut:
        """Loss on `self.comparisons` of parameters learned from other comparisons."""

    def minimum(
        self, alpha: float, *, start: Floats | None = None, precision: float = _PRECISION
    ) -> Floats:
        """Parameters that minimise the penalised loss."""
        equal, scale = self.equal_ratings(alpha)
        return minimise(
            lambda parameters: self.near(parameters, alpha),
            equal if start is None else start,
            scale=scale,
            tolerance=precision * steepness(self.near(equal, alpha).gradient, scale),
        )

    def alpha_by_inner_folds(self, spread: float, seed: int, groups: Codes | None = None) -> float:
        """Penalty α with the least held-out loss in 5 inner folds.

        `spread` is trace(XᵀLX).
        """
        alphas = penalties(spread)

        def losses(train: Codes, test: Codes) -> Iterator[HeldOut]:
            learned, other, found = self._among(train), self._among(test), None
            for alpha in alphas:
                found = learned.minimum(float(alpha), start=found, precision=_ROUGH)
                yield other.held_out(found)

        return alpha_by_inner_folds(alphas, self.comparisons, losses, seed=seed, groups=groups)

    def _among(self, rows: Codes) -> Self:
        return replace(self, Z=self.Z[rows], comparisons=self.comparisons.take(rows))
