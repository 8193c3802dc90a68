"""Ridge least squares in dual form, for fewer labelled photos than dimensions."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.typing import Floats
from photorank.vectors.learners.solvers.ridge import Problem, Solutions, deviations

# Relative length below which an axis is rounding error, as that along which no photos differ is:
# its eigenvalue is a tenth of the least penalty that is tried.
_NO_AXIS = 1e-4


@dataclass(frozen=True, kw_only=True)
class DualProblem(Problem):
    """Ridge least squares in dual form, which solves for one weight per photo.

    Minimises ‖D v + s t − m‖² + α ‖v‖² over v and s ≥ 0, for deviations D (n, d).

    Its solution is v = Dᵀ η with (D Dᵀ + αI) η = m − s t: the matrix is as large as there are
    photos, and the weights η (n,) leave the residuals α η. All else is as in :class:`Problem`,
    for D Dᵀ has the eigenvalues of Dᵀ D.

    References
    ----------
    Saunders, Gammerman and Vovk (1998). Ridge regression learning algorithm in dual variables.
    https://eprints.soton.ac.uk/258942/
    """

    rows: Floats  # (n, d) D
    comparisons: Comparisons

    def in_features(self, weights: Floats) -> Floats:
        """Weights (d, …) of the features, from dual weights η (n, …) of the photos."""
        return self.rows.T @ weights

    def along(self, Z: Floats, axes: Floats) -> Floats:
        """Coordinates (n, k) of photos Z (n, d) on k axes that combine training photos' features.

        The weights of these sums of rows of D, `axes`, are eigenvectors of D Dᵀ.
        """
        features = self.rows.astype(axes.dtype).T @ axes
        length = np.linalg.norm(features, axis=0)
        kept = length > _NO_AXIS * length.max()
        return super().along(Z, features[:, kept] / length[kept])

    def residuals(self, path: Solutions) -> Floats:
        """Weighted sums (a,) of squared residuals over pairs, one per penalty."""
        return path.alphas**2 * np.einsum("an,an->a", path.weights, path.weights)

    def covariance_root(self, fit: Solutions) -> Floats:
        """Matrix R (n, n): R Rᵀ is the covariance of the n weights fitted with one penalty."""
        own = cast(Floats, self.comparisons.deviations(np.eye(len(self.gram))))
        axes = self.form.rotated_back(self.form.eigenvectors)
        inverse = self.form.inverse_eigenvalues(fit.alphas[0])
        return self.noise(fit)[0] * axes @ (inverse[:, None] * (axes.T @ own))

    def _residual_products(self, alphas: Floats, solved: Floats) -> Floats:
        return alphas[:, None] * np.einsum("n,ank->ak", self.prior_pull, solved)


def dual_problem(Z: Floats, comparisons: Comparisons, given: Floats | None) -> DualProblem | None:
    """Dual form of ridge regression on features Z (n, d); None if no useful dual form exists.

    None if n ≥ d, where it saves nothing, or if the pairs have no deviations. `given` are prior
    ratings t (n,), if any.
    """
    found = None if len(Z) >= Z.shape[1] else deviations(Z, comparisons, given)
    if found is None:
        return None
    rows, m, t = found
    return DualProblem(
        gram=rows @ rows.T,
        pull=m,
        energy=float(m @ m),
        prior_pull=t,
        prior_energy=float(t @ t),
        prior_preference=float(m @ t),
        n_judgements=comparisons.n_judgements,
        labelled=(Z, comparisons),
        rows=rows,
        comparisons=comparisons,
    )
