"""Ridge least squares on a comparison graph, solved for all penalties at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.double_precision import products
from photorank.comparisons.known_differences import KnownDifferences
from photorank.typing import Floats

# Penalties that are tried, in units of the largest eigenvalue of ZᵀLZ: from one that
# hardly touches the weakest direction to one that leaves only the mean difference.
ALPHAS = np.logspace(-7, 2, 73)


class Fit(NamedTuple):
    """Solution of the ridge problem at one penalty."""

    alpha: float
    weights: Floats  # (r,)
    prior_scale: float  # s, 0 without a prior
    degrees_of_freedom: float
    residual: float  # Σ w_ij e_ij² over the pairs


class Path(NamedTuple):
    """Solutions of the ridge problem at several penalties, as in :class:`Fit`."""

    weights: Floats  # (a, r)
    prior_scales: Floats  # (a,)
    degrees_of_freedom: Floats  # (a,)
    residuals: Floats  # (a,)


@dataclass(frozen=True)
class Problem:
    """Ridge problem in ζ (r,) and s ≥ 0: Σ w_ij (z_ij·ζ + s t_ij − m_ij)² + α ‖ζ‖².

    Everything that depends on the photos is summed once; one
    eigendecomposition then gives the solution at any α in O(r²).
    """

    eigenvalues: Floats  # (r,) of G = ZᵀLZ
    eigenvectors: Floats  # (r, r)
    pull: Floats  # (r,) Zᵀb in the eigenvectors' coordinates
    energy: float  # Σ w_ij m_ij²
    prior_pull: Floats  # (r,) ZᵀLt, likewise; zeros without a prior
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
        values, vectors = np.linalg.eigh(gram, UPLO="L")
        t = np.zeros(len(Z)) if given is None else given
        Lt = comparisons.laplacian(t)
        return cls(
            eigenvalues=np.clip(values, 0, None),
            eigenvectors=vectors,
            pull=vectors.T @ pull,
            energy=energy,
            prior_pull=vectors.T @ products(Z, Lt),
            prior_energy=float(t @ Lt),
            prior_preference=float(t @ b),
            n_judgements=comparisons.n_judgements,
            labelled=None if comparisons.scores is None else (Z, comparisons),
        )

    @cached_property
    def squared(self) -> Floats | None:
        """Matrix ZᵀL²Z (r, r) for labels, which have noise per photo; None for choices."""
        if self.labelled is None:
            return None
        Z, comparisons = self.labelled
        LZ = comparisons.laplacian(Z)
        return LZ.T @ LZ

    def solve(self, alpha: float) -> Fit:
        """Solution of the ridge problem at one penalty."""
        path = self.path(np.array([alpha]))
        scale, freedom, residual = (float(one[0]) for one in path[1:])
        return Fit(alpha, path.weights[0], scale, freedom, residual)

    def path(self, alphas: Floats) -> Path:
        """Solutions at several penalties (a,)."""
        shrunk = self._shrunk(alphas)
        return shrunk._replace(weights=shrunk.weights @ self.eigenvectors.T)

    def _shrunk(self, alphas: Floats) -> Path:
        """Solutions at several penalties, with weights in the eigenvectors' coordinates."""
        inverse = self._inverse(alphas[:, None])
        scales = self._prior_scales(inverse)
        pull = self.pull - scales[:, None] * self.prior_pull
        energy = self.energy - 2 * scales * self.prior_preference + scales**2 * self.prior_energy
        weights = inverse * pull
        explained = 2 * np.einsum("ar,ar->a", weights, pull)
        residuals = energy - explained + weights**2 @ self.eigenvalues
        freedom = inverse @ self.eigenvalues + (scales > 0)
        return Path(weights, scales, freedom, np.maximum(residuals, 0.0))

    def best_alpha(self) -> float:
        """Penalty with least generalised cross-validation error."""
        alphas = self.alphas()
        path = self._shrunk(alphas)
        free = 1 - path.degrees_of_freedom / self.n_judgements
        possible = free > 1e-9
        errors = path.residuals / np.where(possible, free, 1.0) ** 2
        return float(alphas[np.argmin(np.where(possible, errors, np.inf))])

    def alphas(self) -> Floats:
        """Grid of candidate penalties (a,), from small to large."""
        largest = float(self.eigenvalues.max(initial=0))
        return ALPHAS * (largest if largest > 0 else 1.0)

    def noise(self, fit: Fit) -> float:
        """Residual standard deviation of one label, or of one choice's margin."""
        free = max(1 - fit.degrees_of_freedom / self.n_judgements, 1e-12)
        # A pair of labels carries the noise of two photos, a choice only its own.
        draws = 1 if self.labelled is None else 2
        return float(np.sqrt(fit.residual / free / draws))

    def covariance_root(self, fit: Fit) -> Floats:
        """Root R (r, r) of the covariance R Rᵀ of the weights ζ."""
        noise, inverse = self.noise(fit), self._inverse(fit.alpha)
        if self.squared is None:
            spread = noise * np.sqrt(inverse / self.n_judgements)
            return self.eigenvectors * spread
        values, vectors = np.linalg.eigh(self.squared)
        inner = self.eigenvectors.T @ (vectors * np.sqrt(np.clip(values, 0, None)))
        return noise * self.eigenvectors @ (inverse[:, None] * inner)

    def _inverse(self, alphas: Floats | float) -> Floats:
        """Eigenvalues (…, r) of (G + αI)⁻¹; for α = 0, of the pseudo-inverse."""
        floor = self.eigenvalues.max(initial=0) * len(self.eigenvalues) * np.finfo(np.float32).eps
        kept = (self.eigenvalues > floor) | (alphas > 0)
        return np.divide(1.0, self.eigenvalues + alphas, out=np.zeros(kept.shape), where=kept)

    def _prior_scales(self, inverse: Floats) -> Floats:
        """Scale s ≥ 0 (a,) of the prior direction; 0 if the labels contradict the prior."""
        left = self.prior_energy - inverse @ self.prior_pull**2
        explained = self.prior_preference - inverse @ (self.prior_pull * self.pull)
        known = left > 1e-12 * self.prior_energy
        return np.where(known, np.maximum(explained, 0.0) / np.where(known, left, 1.0), 0.0)
