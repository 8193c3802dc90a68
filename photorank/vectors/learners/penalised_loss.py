"""Convex losses on comparisons, with a ridge penalty: minimisation, and loss on held-out data."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Generic, Self

from photorank.typing import Floats
from photorank.vectors.learners.inner_folds import Graph, HeldOutLoss, Part
from photorank.vectors.learners.solvers.newton import Local, minimise, steepness

_PRECISION = 1e-9  # of the gradient, in units of its size where all ratings are equal


@dataclass(frozen=True)
class PenalisedLoss(ABC, Generic[Graph]):
    """Convex loss of a linear model's ratings Z ω, plus the penalty α ‖ω‖² on the weights ω."""

    Z: Floats  # (n, k)
    comparisons: Graph
    curvature: Floats  # (k,) diagonal of ZᵀLZ; a guess will do, a good one makes it fast

    @abstractmethod
    def near(self, parameters: Floats, alpha: float) -> Local:
        """Penalised loss around `parameters`: its value, gradient and Hessian-vector product."""

    @abstractmethod
    def equal_ratings(self, alpha: float) -> tuple[Floats, Floats]:
        """Parameters at which all ratings are equal, and the approximate Hessian diagonal there."""

    @abstractmethod
    def held_out(self, parameters: Floats) -> HeldOutLoss:
        """Loss on this object's comparisons, for parameters learned from other comparisons."""

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

    def among(self, part: Part[Graph]) -> Self:
        """Same loss, restricted to some of the photos and the comparisons among them."""
        return replace(self, Z=self.Z[part.rows], comparisons=part.comparisons)
