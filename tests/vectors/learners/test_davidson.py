import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.vectors.learners.davidson import Likelihood


def likelihood(ties, n=25, k=4, m=150):
    """Likelihood of random pairwise choices, with or without ties."""
    rng = np.random.default_rng(0)
    pairs = rng.integers(n, size=(m, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    tied = (rng.random(len(pairs)) < 0.4) & ties
    choices = Comparisons.from_choices(*pairs.T, n=n, ties=tied)
    return Likelihood(rng.normal(size=(n, k)), choices, np.ones(k))


def test_gradient_and_curvature_are_slopes():
    """Gradient and curvature of Davidson's likelihood agree with finite differences."""
    model, rng = likelihood(ties=True), np.random.default_rng(1)
    here, step = rng.normal(size=5), 1e-5 * rng.normal(size=5)
    after, before = model.near(here + step, 0.1), model.near(here - step, 0.1)

    near = model.near(here, 0.1)

    assert after.value - before.value == pytest.approx(2 * near.gradient @ step, rel=1e-6)
    np.testing.assert_allclose(
        near.curvature(step), (after.gradient - before.gradient) / 2, rtol=1e-5, atol=1e-12
    )


@pytest.mark.parametrize("ties", [True, False])
def test_the_covariance_of_choices_is_the_inverse_hessian(ties):
    """The covariance of the learned weights is computed from the inverse Hessian of the loss."""
    model = likelihood(ties)
    found = model.minimum(0.01)
    curvature = model.near(found, 0.01).curvature
    hessian = np.stack([curvature(axis) for axis in np.eye(5)])[: 4 + ties, : 4 + ties]

    root = model.covariance_root(found, 0.01, None)

    expected = np.linalg.inv(hessian)[:4, :4] / model.comparisons.n_judgements
    np.testing.assert_allclose(root @ root.T, expected, rtol=1e-9)


def test_ties_unseen_in_training_cost_something_finite():
    """A held-out tie has a finite loss even if training had no ties."""
    found = likelihood(ties=False).minimum(0.01)

    held_out = likelihood(ties=True).held_out(found)

    assert np.isfinite(held_out.loss)
    assert held_out.loss / held_out.weight > np.log(2)
