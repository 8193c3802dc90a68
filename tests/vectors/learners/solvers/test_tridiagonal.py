"""Tridiagonal solver of linear systems, compared with dense solvers."""

import numpy as np
import pytest

from photorank.vectors.learners.solvers.tridiagonal import Tridiagonal


@pytest.mark.parametrize("r", [1, 2, 3, 40])
@pytest.mark.parametrize("lost", [0, 1])
def test_solutions_are_those_of_the_matrix(r, lost):
    """Solutions of (G + αI) X = B equal those of `np.linalg.solve`, or `pinv(G) @ B` if α = 0."""
    rng = np.random.default_rng(r)
    half = rng.normal(size=(max(r - lost, 1), r))  # with one lost, G is singular
    G, B = half.T @ half, rng.normal(size=(r, 2))
    form = Tridiagonal.of(np.tril(G))
    values = np.linalg.eigvalsh(G)
    np.testing.assert_allclose(form.eigenvalues, values, atol=1e-12 * values.max())
    alphas = np.array([0.5, 3.0]) * values.max()
    for alpha, X in zip(alphas, form.solutions(alphas, form.rotated(B)), strict=True):
        dense = np.linalg.solve(G + alpha * np.eye(r), B)
        np.testing.assert_allclose(form.rotated_back(X), dense, rtol=1e-9, atol=1e-12)
    (least,) = form.solutions(np.zeros(1), form.rotated(B))
    np.testing.assert_allclose(
        form.rotated_back(least), np.linalg.pinv(G) @ B, rtol=1e-6, atol=1e-9
    )


def test_axes_are_those_of_the_matrix():
    """Eigenvectors of the tridiagonal form, rotated back, are eigenvectors of the matrix."""
    half = np.random.default_rng(0).normal(size=(9, 6))
    G = half.T @ half
    for precision, close in ((np.float64, 1e-10), (np.float32, 1e-4)):
        form = Tridiagonal.of(G.astype(precision))
        axes = form.rotated_back(form.eigenvectors)
        assert axes.dtype == precision
        np.testing.assert_allclose(G @ axes, axes * form.eigenvalues, atol=close)
