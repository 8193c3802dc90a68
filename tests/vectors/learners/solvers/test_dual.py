"""Dual form of the ridge regression problem, compared with the primal form."""

import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.vectors.learners.solvers.dual import dual_problem
from photorank.vectors.learners.solvers.ridge import Problem


@pytest.mark.parametrize("prior", [None, 1.0, -1.0])
def test_solutions_are_those_in_feature_space(prior):
    """Ridge regression in dual form gives the same weights as ridge regression in feature space."""
    rng = np.random.default_rng(3)  # of others, GCV's optimum is where rounding alone decides it
    Z, scores = rng.normal(size=(12, 20)), rng.integers(0, 5, 12).astype(float)
    labels = Comparisons.from_scores(scores, weights=rng.integers(1, 4, 12))
    given = None if prior is None else prior * (scores + rng.normal(size=12))

    plain, dual = Problem.of(Z, labels, given), dual_problem(Z, labels, given)

    alphas = np.array([1e-3, 0.1, 2.0])
    one, other = plain.path(alphas), dual.path(alphas)
    np.testing.assert_allclose(dual.in_features(other.weights.T).T, one.weights, atol=1e-10)
    np.testing.assert_allclose(other.prior_scales, one.prior_scales, atol=1e-10)
    np.testing.assert_allclose(
        dual.degrees_of_freedom(other), plain.degrees_of_freedom(one), rtol=1e-9
    )
    assert dual.alpha_by_gcv() == pytest.approx(plain.alpha_by_gcv())
    np.testing.assert_allclose(dual.residuals(other), plain.residuals(one), rtol=1e-7)
    roots = plain.covariance_root(plain.solve(0.1)), dual.covariance_root(dual.solve(0.1))
    spread = [root @ root.T for root in (roots[0], dual.in_features(roots[1]))]
    np.testing.assert_allclose(spread[1], spread[0], atol=1e-9)


@pytest.mark.parametrize("k", [4, 12])
def test_photos_lie_along_the_same_axes(k):
    """The dual problem places photos along the main axes as the original problem does."""
    rng = np.random.default_rng(0)
    Z, labels = rng.normal(size=(12, 20)), Comparisons.from_scores(rng.normal(size=12))
    plain, dual = Problem.of(Z, labels, None), dual_problem(Z, labels, None)

    grams = []
    for problem in (plain, dual):
        along = problem.along(Z, problem.main_axes(k))
        along -= along.mean(axis=0)
        grams.append(along @ along.T)

    np.testing.assert_allclose(grams[1], grams[0], atol=1e-4)


def test_pairs_without_deviations_have_no_dual_form():
    """For pairs without deviations, such as choices between photos, dual_problem returns None."""
    rng = np.random.default_rng(0)
    Z, labels = rng.normal(size=(12, 20)), Comparisons.from_scores(rng.normal(size=12))
    groups = np.arange(12) % 3
    choices = Comparisons.from_choices([0, 1], [1, 2], n=12)

    assert dual_problem(Z, labels, None) is not None
    for graph in (labels.with_gap_power(1), labels.restricted(groups, "across"), choices):
        assert dual_problem(Z, graph, None) is None
    assert dual_problem(Z[:, :12], labels, None) is None
