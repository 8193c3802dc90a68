"""Ridge least squares on a comparison graph, solved for all penalties at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.double_precision import AT_ONCE, products
from photorank.comparisons.known_differences import KnownDifferences
from photorank.typing import Floats
from photorank.vectors.learners.solvers.tridiagonal import Tridiagonal, rounding

# Penalties that are tried, in units of the largest eigenvalue of ZᵀLZ: from one that
# hardly touches the weakest direction to one that leaves only the mean difference.
ALPHAS = np.logspace(-7, 2, 73)


class Solutions(NamedTuple):
    """Solutions of the ridge problem for several penalties."""

    alphas: Floats  # (a,)
    weights: Floats  # (a, r)
    prior_scales: Floats  # (a,) s, 0 without a prior


@dataclass(frozen=True)
class Problem:
    """Ridge regression on photo pairs that fits feature weights and a multiplier of prior ratings.

    Minimises Σ w_ij (z_ij·ζ + s t_ij − m_ij)² + α ‖ζ‖² over the weights ζ and the factor s ≥ 0.

    Everything that depends on the photos is summed once. One penalty takes a
    Cholesky factor; many take one tridiagonal form, and O(r) each.
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
        """Ridge problem made from features Z (n, r), comparisons and optional prior ratings (n,).

        Differences `beside` the comparisons are in the coordinates of Z.
        """
        labelled = None if comparisons.scores is None else (Z, comparisons)
        if beside is None and Z.size <= AT_ONCE:
            rows = deviations(Z, comparisons, given)
            if rows is not None:
                return cls.of_rows(*rows, comparisons.n_judgements, labelled)
        gram = comparisons.gram(Z)
        b = comparisons.preference()
        pull, energy = products(Z, b), comparisons.squared_margins()
        if beside is not None:
            unit = (energy / 2) ** 0.5  # a label's standard deviation: a margin has two labels
            gram += beside.outer_products()
            pull += beside.products(unit)
            energy += beside.squared_margins(unit)
        prior_pull, prior_energy, prior_preference = np.zeros(Z.shape[1]), 0.0, 0.0
        if given is not None:
            Lt = comparisons.laplacian(given)
            prior_pull, prior_energy = products(Z, Lt), float(given @ Lt)
            prior_preference = float(given @ b)
        return cls(
            gram=gram,
            pull=pull,
            energy=energy,
            prior_pull=prior_pull,
            prior_energy=prior_energy,
            prior_preference=prior_preference,
            n_judgements=comparisons.n_judgements,
            labelled=labelled,
        )

    @classmethod
    def of_rows(
        cls,
        rows: Floats,
        margins: Floats,
        given: Floats,
        n_judgements: float,
        labelled: tuple[Floats, Comparisons] | None = None,
    ) -> "Problem":
        """Ridge problem that fits targets m (n,) by features D (n, r) and a prior's ratings t (n,).

        Its loss is ‖D ζ + s t − m‖² + α ‖ζ‖², for weights ζ and a factor s of the prior ratings.
        """
        return cls(
            gram=rows.T @ rows,
            pull=rows.T @ margins,
            energy=float(margins @ margins),
            prior_pull=rows.T @ given,
            prior_energy=float(given @ given),
            prior_preference=float(margins @ given),
            n_judgements=n_judgements,
            labelled=labelled,
        )

    @cached_property
    def form(self) -> Tridiagonal:
        """Tridiagonal form T = Qᵀ G Q of the Gram matrix G."""
        return Tridiagonal.of(self.gram)

    @cached_property
    def squared(self) -> Floats | None:
        """Product ZᵀL²Z (r, r) of features Z and Laplacian L, squared; None if `labelled` is None.

        It is the covariance of ZᵀLy for labels y with independent noise of unit variance.
        """
        if self.labelled is None:
            return None
        Z, comparisons = self.labelled
        LZ = comparisons.laplacian(Z)
        return LZ.T @ LZ

    def main_axes(self, k: int) -> Floats:
        """Eigenvectors (r, k) of the Gram matrix for the k largest eigenvalues, the largest last.

        They are in single precision, which takes half the time and is enough to choose a penalty.
        """
        form = Tridiagonal.of(self.gram.astype(np.float32))
        return form.rotated_back(form.eigenvectors[:, -k:])

    def along(self, Z: Floats, axes: Floats) -> Floats:
        """Coordinates (n, k) of photos Z (n, r) along axes (r, k), computed in the axes' dtype."""
        return (Z.astype(axes.dtype) @ axes).astype(np.float64)

    def curvature(self, axis: Floats) -> float:
        """Rayleigh quotient uᵀ G u / uᵀ u of the Gram matrix G and an axis u (r,).

        For an eigenvector it is the eigenvalue.
        """
        u, diagonal = axis.astype(np.float64), np.diag(self.gram)
        return float((2 * u @ (np.tril(self.gram) @ u) - u**2 @ diagonal) / (u @ u))

    def solve(self, alpha: float) -> Solutions:
        """Solution of the ridge problem for one penalty."""
        if "form" in vars(self):  # as after alpha_by_gcv: it solves in less than a factor takes
            return self.path(np.array([alpha]))
        ridge = self.gram.copy()
        ridge[np.diag_indices_from(ridge)] += alpha
        if alpha <= 10 * rounding(float(np.trace(ridge)), len(ridge)):
            return self.path(np.array([alpha]))
        return self._solutions(np.array([alpha]), _solved(ridge, self._targets)[None])

    def path(self, alphas: Floats) -> Solutions:
        """Regularisation path: solutions for several penalties (a,)."""
        targets, form = self._targets, self.form
        solved = form.solutions(alphas, form.rotated(targets))  # (a, r, t)
        flat = form.rotated_back(np.concatenate(list(solved), axis=1))  # (r, a t)
        shape = (len(flat), len(alphas), targets.shape[1])
        return self._solutions(alphas, flat.reshape(shape).transpose(1, 0, 2))

    def alpha_by_gcv(self) -> float:
        """Penalty with the least error in generalised cross-validation."""
        path = self.path(ALPHAS * self.form.largest)
        free = 1 - self.degrees_of_freedom(path) / self.n_judgements
        possible = free > 1e-9
        errors = self.residuals(path) / np.where(possible, free, 1.0) ** 2
        return float(path.alphas[np.argmin(np.where(possible, errors, np.inf))])

    def degrees_of_freedom(self, path: Solutions) -> Floats:
        """Effective degrees of freedom (a,) of the fit, one value per penalty.

        A prior with a scale above 0 counts as 1.
        """
        inverse = self.form.inverse_eigenvalues(path.alphas[:, None])
        return inverse @ self.form.eigenvalues + (path.prior_scales > 0)

    def residuals(self, path: Solutions) -> Floats:
        """Weighted sums (a,) of squared residuals over all pairs, one per penalty."""
        s = path.prior_scales
        pull = self.pull - s[:, None] * self.prior_pull  # and G ζ is the pull less α ζ
        reached = pull + path.alphas[:, None] * path.weights
        energy = self.energy - 2 * s * self.prior_preference + s**2 * self.prior_energy
        return np.maximum(energy - np.einsum("ar,ar->a", path.weights, reached), 0.0)

    def noise(self, path: Solutions) -> Floats:
        """Standard deviation (a,) of the noise in people's judgements, estimated at each penalty.

        Choices are coded from −1 to 1.
        """
        free = np.maximum(1 - self.degrees_of_freedom(path) / self.n_judgements, 1e-12)
        # A pair of labels carries the noise of two photos, a choice only its own.
        draws = 1 if self.labelled is None else 2
        return np.sqrt(self.residuals(path) / free / draws)

    def covariance_root(self, fit: Solutions) -> Floats:
        """Matrix R (r, r): R Rᵀ is the covariance of the r weights fitted with one penalty."""
        noise, inverse = self.noise(fit)[0], self.form.inverse_eigenvalues(fit.alphas[0])
        axes = self.form.rotated_back(self.form.eigenvectors)
        if self.squared is None:
            return axes * (noise * np.sqrt(inverse / self.n_judgements))
        values, vectors = np.linalg.eigh(self.squared)
        inner = axes.T @ (vectors * np.sqrt(np.clip(values, 0, None)))
        return noise * axes @ (inverse[:, None] * inner)

    @property
    def _targets(self) -> Floats:
        """Right-hand sides of the linear systems: one column, or two if a prior is given."""
        given = [self.pull, self.prior_pull] if self.prior_energy else [self.pull]
        return np.column_stack(given)

    def _solutions(self, alphas: Floats, solved: Floats) -> Solutions:
        """For each ridge penalty, the fitted feature weights and the multiplier of prior ratings.

        `solved` (a, r, k) holds the systems' solutions: r weights for each of a penalties and k
        right-hand sides. k is 2 with prior ratings, else 1.
        """
        weights = solved[:, :, 0]
        if solved.shape[2] == 1:
            return Solutions(alphas, weights, np.zeros(len(alphas)))
        scales = self._prior_scales(self._residual_products(alphas, solved))
        return Solutions(alphas, weights - scales[:, None] * solved[:, :, 1], scales)

    def _residual_products(self, alphas: Floats, solved: Floats) -> Floats:
        """Inner products (a, 2) of prior ratings with label and prior residuals, for each penalty.

        The residuals are what regression on the features leaves of the labels (column 0), and of
        the prior ratings (column 1).
        """
        reached = np.einsum("r,ark->ak", self.prior_pull, solved)
        return np.array([self.prior_preference, self.prior_energy]) - reached

    def _prior_scales(self, left: Floats) -> Floats:
        """Factor (a,) of the prior ratings at each penalty; 0 if labels contradict the prior."""
        known = left[:, 1] > 1e-12 * self.prior_energy
        return np.where(known, np.maximum(left[:, 0], 0.0) / np.where(known, left[:, 1], 1.0), 0.0)


def deviations(
    Z: Floats, comparisons: Comparisons, given: Floats | None
) -> tuple[Floats, Floats, Floats] | None:
    """Features Z (n, r), scores and prior ratings (n,) as weighted deviations from group means.

    Zeros for prior ratings that are not given. None where the pairs have no deviations.
    """
    if comparisons.scores is None:
        return None
    t = np.zeros(len(Z)) if given is None else given
    rows = comparisons.deviations(np.column_stack([Z, comparisons.scores, t]))
    return None if rows is None else (rows[:, :-2], rows[:, -2], rows[:, -1])


def _solved(G: Floats, B: Floats) -> Floats:
    """Solution X (r, t) of G X = B by Cholesky factorisation; only G's lower triangle is read."""
    from scipy.linalg import solve_triangular

    root = np.linalg.cholesky(G)
    half = solve_triangular(root, B, lower=True, check_finite=False)
    return np.asarray(solve_triangular(root, half, lower=True, trans="T", check_finite=False))
