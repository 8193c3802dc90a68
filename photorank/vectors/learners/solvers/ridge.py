"""Ridge least squares on a comparison graph, solved for all penalties at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.double_precision import products
from photorank.comparisons.known_differences import KnownDifferences
from photorank.typing import Floats
from photorank.vectors.learners.solvers.tridiagonal import Tridiagonal

# Penalties that are tried, in units of the largest eigenvalue of ZᵀLZ: from one that
# hardly touches the weakest direction to one that leaves only the mean difference.
ALPHAS = np.logspace(-7, 2, 73)


class Fit(NamedTuple):
    """Solution of the ridge problem for one penalty."""

    alpha: float
    weights: Floats  # (r,)
    prior_scale: float  # s, 0 without a prior
    degrees_of_freedom: float
    residual: float  # Σ w_ij e_ij² over the pairs


class Path(NamedTuple):
    """Solutions of the ridge problem for several penalties, with the fields of :class:`Fit`."""

    weights: Floats  # (a, r)
    prior_scales: Floats  # (a,)
    degrees_of_freedom: Floats  # (a,)
    residuals: Floats  # (a,)


@dataclass(frozen=True)
class Problem:
    """Ridge problem in ζ and s ≥ 0: Σ w_ij (z_ij·ζ + s t_ij − m_ij)² + α ‖ζ‖².

    Everything that depends on the photos is summed once; one tridiagonal
    form then gives the solution at any α in O(r).
    """

    gram: Floats  # (r, r) G = ZᵀLZ, of which the lower half is read
    pull: Floats  # (r,) Zᵀb
    energy: float  # Σ w_ij m_ij²
    prior_pull: Floats  # (r,) ZᵀLt; zeros without a prior
    prior_energy: float  # tᵀLt; 0 without a prior
    prior_preference: float  # tᵀb
    n_judgements: float  # independent ones
    labelled: tuple[Floats, Comparisons] | None = None  # Z, if noise is a photo's, not a pair's

    @classmethod
    def of(
        cls,
        Z: Floats,
        comparisons: Comparisons,
        given: Floats | None,
        beside: KnownDifferences | None = None,
    ) -> "Problem":
        """Ridge problem from photos Z (n, r), comparisons, and prior ratings t (n,) if given.

        Differences `beside` the comparisons are in the coordinates of Z.
        """
        gram = comparisons.gram(Z)
        b = comparisons.preference()
        pull, energy = products(Z, b), comparisons.squared_margins()
        if beside is not None:
            unit = (energy / 2) ** 0.5  # a label's standard deviation: a margin has two labels
            gram += beside.squares()
            pull += beside.pull(unit)
            energy += beside.energy(unit)
        t = np.zeros(len(Z)) if given is None else given
        Lt = comparisons.laplacian(t)
        return cls(
            gram=gram,
            pull=pull,
            energy=energy,
            prior_pull=products(Z, Lt),
            prior_energy=float(t @ Lt),
            prior_preference=float(t @ b),
            n_judgements=comparisons.n_judgements,
            labelled=None if comparisons.scores is None else (Z, comparisons),
        )

    @cached_property
    def form(self) -> Tridiagonal:
        """Tridiagonal form T = Qᵀ G Q of the Gram matrix G."""
        return Tridiagonal.of(self.gram)

    @cached_property
    def squared(self) -> Floats | None:
        """Matrix ZᵀL²Z (r, r) if noise is per photo, as of labels; None for choices."""
        if self.labelled is None:
            return None
        Z, comparisons = self.labelled
        LZ = comparisons.laplacian(Z)
        return LZ.T @ LZ

    def main_axes(self, k: int) -> Floats:
        """Eigenvectors (r, k) of the k largest eigenvalues of G."""
        return self.form.back(self.form.eigenvectors[:, -k:])

    def solve(self, alpha: float) -> Fit:
        """Solution of the ridge problem at one penalty."""
        path = self.path(np.array([alpha]))
        scale, freedom, residual = (float(one[0]) for one in path[1:])
        return Fit(alpha, path.weights[0], scale, freedom, residual)

    def path(self, alphas: Floats) -> Path:
        """Solutions at several penalties (a,)."""
        rotated = self._rotated_path(alphas)
        return rotated._replace(weights=self.form.back(rotated.weights.T).T)

    def _rotated_path(self, alphas: Floats) -> Path:
        """Solutions for several penalties, with weights in the rotated coordinates of T."""
        targets = np.column_stack([self.pull, self.prior_pull])
        rotated = self.form.rotated(targets)  # (r, 2)
        solved = self.form.solutions(alphas, rotated)  # (a, r, 2)
        scales = self._prior_scales(np.einsum("r,ark->ak", rotated[:, 1], solved))
        weights = solved[:, :, 0] - scales[:, None] * solved[:, :, 1]
        pull = rotated[:, 0] - scales[:, None] * rotated[:, 1]
        energy = self.energy - 2 * scales * self.prior_preference + scales**2 * self.prior_energy
        explained = np.einsum("ar,ar->a", weights, 2 * pull - self.form.times(weights))
        freedom = self.form.inverse(alphas[:, None]) @ self.form.eigenvalues + (scales > 0)
        return Path(weights, scales, freedom, np.maximum(energy - explained, 0.0))

    def best_alpha(self) -> float:
        """Penalty with the least error in generalised cross-validation."""
        alphas = self.alphas()
        path = self._rotated_path(alphas)
        free = 1 - path.degrees_of_freedom / self.n_judgements
        possible = free > 1e-9
        errors = path.residuals / np.where(possible, free, 1.0) ** 2
        return float(alphas[np.argmin(np.where(possible, errors, np.inf))])

    def alphas(self) -> Floats:
        """Grid of candidate penalties (a,), from small to large."""
        largest = float(self.form.eigenvalues.max(initial=0))
        return ALPHAS * (largest if largest > 0 else 1.0)

    def noise(self, fit: Fit) -> float:
        """Residual standard deviation of a label, or of a choice's margin."""
        free = max(1 - fit.degrees_of_freedom / self.n_judgements, 1e-12)
        # A pair of labels carries the noise of two photos, a choice only its own.
        draws = 1 if self.labelled is None else 2
        return float(np.sqrt(fit.residual / free / draws))

    def covariance_root(self, fit: Fit) -> Floats:
        """Factor R (r, r) of the weights' covariance R Rᵀ."""
        noise, inverse = self.noise(fit), self.form.inverse(fit.alpha)
        axes = self.main_axes(len(inverse))
        if self.squared is None:
            return axes * (noise * np.sqrt(inverse / self.n_judgements))
        values, vectors = np.linalg.eigh(self.squared)
        inner = axes.T @ (vectors * np.sqrt(np.clip(values, 0, None)))
        return noise * axes @ (inverse[:, None] * inner)

    def _prior_scales(self, reached: Floats) -> Floats:
        """Scale s ≥ 0 of the prior direction (a,), one per penalty; 0 if labels contradict it.

        What the photos reach (a, 2) of the prior's product with the labels, and with itself,
        is left to them.
        """
        explained = self.prior_preference - reached[:, 0]
        left = self.prior_energy - reached[:, 1]
        known = left > 1e-12 * self.prior_energy
        return np.where(known, np.maximum(explained, 0.0) / np.where(known, left, 1.0), 0.0)
