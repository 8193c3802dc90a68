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
        shrunk = self._shrunk(alpha)
        return shrunk._replace(weights=self.eigenvectors @ shrunk.weights)

    def path(self, alphas: Floats) -> list[Fit]:
        """Solutions at several penalties."""
        fits = [self._shrunk(float(alpha)) for alpha in alphas]
        weights = self.eigenvectors @ np.stack([fit.weights for fit in fits], axis=1)
        return [fit._replace(weights=row) for fit, row in zip(fits, weights.T, strict=True)]

    def _shrunk(self, alpha: float) -> Fit:
        """Solution at one penalty, with weights in the eigenvectors' coordinates."""
        inverse = self._inverse(alpha)
        scale = self._prior_scale(inverse)
        pull = self.pull - scale * self.prior_pull
        energy = self.energy - 2 * scale * self.prior_preference + scale**2 * self.prior_energy
        weights = inverse * pull
        residual = energy - 2 * weights @ pull + self.eigenvalues @ weights**2
        freedom = float(self.eigenvalues @ inverse) + (scale > 0)
        return Fit(alpha, weights, scale, freedom, max(float(residual), 0.0))

    def best_alpha(self) -> float:
        """Penalty with least generalised cross-validation error."""
        return float(min(self.alphas(), key=lambda alpha: self._gcv(self._shrunk(alpha))))

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

    def _gcv(self, fit: Fit) -> float:
        free = 1 - fit.degrees_of_freedom / self.n_judgements
        return fit.residual / free**2 if free > 1e-9 else np.inf

    def _inverse(self, alpha: float) -> Floats:
        """Eigenvalues of (G + αI)⁻¹; for α = 0, of the pseudo-inverse."""
        floor = self.eigenvalues.max(initial=0) * len(self.eigenvalues) * np.finfo(np.float32).eps
        kept = (self.eigenvalues > floor) | (alpha > 0)
        return np.divide(1.0, self.eigenvalues + alpha, out=np.zeros(len(kept)), where=kept)

    def _prior_scale(self, inverse: Floats) -> float:
        """Scale s ≥ 0 of the prior direction; 0 if the labels contradict the prior."""
        left = self.prior_energy - inverse @ self.prior_pull**2
        if not left > 1e-12 * self.prior_energy:
            return 0.0
        explained = self.prior_preference - float(inverse @ (self.prior_pull * self.pull))
        return max(explained / float(left), 0.0)
