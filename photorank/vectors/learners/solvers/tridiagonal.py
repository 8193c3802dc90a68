"""Tridiagonal form of a symmetric matrix, to solve it quickly for many penalties."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from photorank.typing import Floats


@dataclass(frozen=True)
class Tridiagonal:
    """Tridiagonal form T = Qᵀ G Q of a symmetric matrix G (r, r), with Q orthogonal.

    It takes a third of the time of an eigendecomposition, and with it a system
    (G + αI) x = b costs O(r) for each α.

    References
    ----------
    Eldén (1977). Algorithms for the regularization of ill-conditioned least squares
    problems. https://doi.org/10.1007/BF01932285
    """

    diagonal: Floats  # (r,)
    beside: Floats  # (r - 1,) below, and above, the diagonal
    reflectors: Floats  # (r - 1, r - 1) Householder vectors of Q, below its diagonal
    scales: Floats  # (r - 1,) of the reflectors

    @classmethod
    def of(cls, gram: Floats) -> Self:
        """Tridiagonal form of a symmetric matrix (r, r), given by its lower half."""
        from scipy.linalg.lapack import dsytrd

        r = len(gram)
        if r < 2:
            none = np.empty(0)
            return cls(np.asarray(gram, dtype=np.float64).ravel(), none, none, none)
        reduced, diagonal, beside, scales, _ = dsytrd(gram, lower=True, lwork=64 * r)
        return cls(diagonal, beside, np.asfortranarray(reduced[1:, :-1]), scales)

    @cached_property
    def eigenvalues(self) -> Floats:
        """Eigenvalues (r,) of G in increasing order, with rounding errors below 0 set to 0."""
        from scipy.linalg import eigvalsh_tridiagonal

        return np.clip(eigvalsh_tridiagonal(self.diagonal, self.beside), 0, None)

    @cached_property
    def eigenvectors(self) -> Floats:
        """Eigenvectors (r, r) of T, a column for each eigenvalue."""
        from scipy.linalg import eigh_tridiagonal

        return np.asarray(eigh_tridiagonal(self.diagonal, self.beside)[1])

    def inverse(self, alphas: Floats | float) -> Floats:
        """Eigenvalues (…, r) of (G + αI)⁻¹, or of the pseudo-inverse for α = 0."""
        values = self.eigenvalues
        kept = (values > _floor(values, np.float32)) | (alphas > 0)
        return np.divide(1.0, values + alphas, out=np.zeros(kept.shape), where=kept)

    def solutions(self, alphas: Floats, B: Floats) -> Floats:
        """Solutions X (a, r, k) of (T + αI) X = B, one per penalty α (a,)."""
        rounding = _floor(self.eigenvalues, np.float64)
        if len(self.diagonal) < 2 or alphas.min() <= 10 * rounding:
            rotated = self.inverse(alphas[:, None])[:, :, None] * (self.eigenvectors.T @ B)
            return np.asarray(self.eigenvectors @ rotated)
        from scipy.linalg import solveh_banded

        bands = np.stack([self.diagonal, np.append(self.beside, 0.0)])
        shift = np.array([[1.0], [0.0]])
        return np.stack(
            [
                solveh_banded(bands + alpha * shift, B, lower=True, check_finite=False)
                for alpha in alphas
            ]
        )

    def times(self, X: Floats) -> Floats:
        """Products T X, each (r,), for rows X (a, r)."""
        product = X * self.diagonal
        product[:, 1:] += X[:, :-1] * self.beside
        product[:, :-1] += X[:, 1:] * self.beside
        return product

    def rotated(self, B: Floats) -> Floats:
        """Products Qᵀ B (r, k) with the form's orthogonal matrix Q."""
        return self._reflected(B, b"T")

    def back(self, X: Floats) -> Floats:
        """Products Q X (r, k) with the form's orthogonal matrix Q."""
        return self._reflected(X, b"N")

    def _reflected(self, B: Floats, side: bytes) -> Floats:
        from scipy.linalg.lapack import dormqr

        if len(B) < 2:
            return B
        product = np.array(B)
        work = 64 * max(B.shape[1], 1)
        product[1:] = dormqr(b"L", side, self.reflectors, self.scales, product[1:], work)[0]
        return product


def _floor(eigenvalues: Floats, precision: type[np.floating[Any]]) -> float:
    """Size below which an eigenvalue is only rounding error in the given precision."""
    return float(eigenvalues.max(initial=0) * len(eigenvalues) * np.finfo(precision).eps)
