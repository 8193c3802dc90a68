"""Rotation of photo features after which the differences of compared photos are uncorrelated.

The Gram matrix is ZᵀLZ, for features Z and the Laplacian L of the comparison graph.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.typing import Codes, Direction, Floats

# The prior's scale is a coordinate too, pulled to 0 this much less than the others:
# as good as free.
_PRIOR_PULL = 1e-2
# A row this much nearer to the span of those before it than it is long nearly repeats them.
_REPEATED = 1e-4


@dataclass(frozen=True)
class Coordinates:
    """Photo features rotated to make the Gram matrix of photo-pair differences diagonal.

    The ridge penalty is the same as in the features.

    Directions that no comparison tells anything about are left out, so k is at
    most the rank of the photos' differences.
    """

    Z: Floats  # (n, k)
    curvature: Floats  # (k,) diagonal of ZᵀLZ, > 0, weights normalised
    spread: float  # trace of XᵀLX: the compared photos' mean squared distance
    back: Floats  # (d, k) weights in these coordinates -> in the features'
    prior_scale: Floats  # (k,) weights in these coordinates -> the prior's scale

    @classmethod
    def of(cls, X: Floats, comparisons: Comparisons, prior: Direction | None) -> Self:
        """Photo features X (n, d), rotated so that compared photos' differences are uncorrelated.

        A prior, if given, is one more feature, so that its scale is fitted as well.
        """
        basis = row_space(X, comparisons.active)
        Z, back = (X, np.eye(X.shape[1])) if basis is None else (X @ basis, basis)
        r = Z.shape[1]
        if prior is not None:
            back = np.column_stack([back, prior / _PRIOR_PULL])
            Z = np.column_stack([Z, X @ prior / _PRIOR_PULL])
        gram = Z.T @ comparisons.laplacian(Z)
        spread = float(np.trace(gram[:r, :r]))
        curvature, vectors = np.linalg.eigh((gram + gram.T) / 2)
        told = curvature > 1e-13 * max(float(curvature[-1]), 0.0)
        vectors = vectors[:, told]
        scale = np.zeros(vectors.shape[1]) if prior is None else vectors[-1] / _PRIOR_PULL
        return cls(Z @ vectors, curvature[told], spread, back @ vectors, scale)


@dataclass(frozen=True)
class RowSpace:
    """Linear span of a set of photos, with an orthonormal basis computed on first use."""

    photos: Floats  # (r, d)
    root: Floats | None  # (r, r) lower triangular: their coordinates; None where it is unsafe

    @classmethod
    def of(cls, photos: Floats) -> Self | None:
        """Linear span of r embeddings of length d, given as (r, d); None if r is at least d."""
        if len(photos) >= photos.shape[1]:
            return None
        try:
            # Cholesky of the products is QR ten times as fast, where no photo nearly repeats.
            root = np.asarray(np.linalg.cholesky(photos @ photos.T), dtype=np.float64)
        except np.linalg.LinAlgError:
            return cls(photos, None)
        pivots = np.diag(root)
        return cls(photos, None if pivots.min() < _REPEATED * pivots.max() else root)

    @cached_property
    def basis(self) -> Floats:
        """Orthonormal basis (d, r) of the linear span of r embeddings."""
        from scipy.linalg import solve_triangular

        if self.root is None:
            return np.linalg.qr(self.photos.T)[0]
        return solve_triangular(self.root, self.photos, lower=True).T

    @property
    def coordinates(self) -> Floats:
        """Coordinates (r, r) of the r photos in the orthonormal basis of their span."""
        return self.photos @ self.basis if self.root is None else self.root

    def in_features(self, weights: Floats) -> Floats:
        """Weights (d, …) of the features, from weights (r, …) of the basis vectors."""
        from scipy.linalg import solve_triangular

        if self.root is None:
            return self.basis @ weights
        return self.photos.T @ solve_triangular(self.root, weights, lower=True, trans="T")


def row_space(X: Floats, rows: Codes) -> Floats | None:
    """Orthonormal basis (d, r) of the span of r embeddings (rows of X); None if r ≥ d."""
    space = RowSpace.of(X[rows])
    return None if space is None else space.basis


def unit_prior(prior: ArrayLike, d: int) -> Direction:
    """Prior direction (d,) scaled to unit length.

    Raises
    ------
    ComparisonsError
        If it has another length, is not finite, or is all 0.
    """
    believed = np.asarray(prior, dtype=np.float64)
    if believed.shape != (d,) or not np.isfinite(believed).all() or not believed.any():
        raise ComparisonsError(f"the prior must be {d} finite numbers, not all 0")
    return believed / np.linalg.norm(believed)
