"""Directions of classes, computed from a classifier's rows."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from photorank.encoders.embedded.packaged_networks import ridge_directions


def test_a_weighted_sum_of_directions_is_a_ridge_regression():
    """Scikit-learn's regression of the weights on the rows has the same direction."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 8)) * np.linspace(0.1, 3, 8)
    weights = rng.random(60)
    found = weights @ ridge_directions(rows)
    penalty = 3 * (rows**2).sum() / 8
    expected = Ridge(penalty, fit_intercept=False).fit(rows, weights).coef_
    cosine = found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)
    assert cosine == pytest.approx(1, abs=1e-6)


def test_an_orthonormal_basis_is_left_as_it_is():
    """Neither the directions nor their lengths change."""
    rows = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    np.testing.assert_allclose(ridge_directions(rows), rows, atol=1e-6)


def test_what_classes_share_weighs_less():
    """Two rows that share most of their length have directions further apart."""
    rows = np.array([[3.0, 1.0, 0.0], [3.0, 0.0, 1.0]])
    before, after = (
        one[0] @ one[1] / np.prod(np.linalg.norm(one, axis=1))
        for one in (rows, ridge_directions(rows))
    )
    assert after < before - 0.05
