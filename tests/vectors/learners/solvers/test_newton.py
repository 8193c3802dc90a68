import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from photorank.vectors.learners.solvers.newton import Local, minimise


def test_a_quadratic_takes_one_step():
    """A quadratic function with a diagonal Hessian is minimised in one Newton step."""
    A, b, points = np.diag([1.0, 10.0, 1e4]), np.array([1.0, -2.0, 3.0]), []

    def near(x):
        points.append(x)
        return Local(x @ A @ x / 2 - b @ x, A @ x - b, lambda change: A @ change)

    found = minimise(near, np.zeros(3), scale=np.diag(A), tolerance=1e-10)

    np.testing.assert_allclose(found, np.linalg.solve(A, b))
    assert len(points) == 2


def test_a_step_that_overshoots_is_shortened():
    """Newton steps that overshoot are shortened, so that the function is still minimised."""

    def near(x):
        root = np.sqrt(1 + x**2)
        return Local(root.sum(), x / root, lambda change: change / root**3)

    found = minimise(near, np.full(2, 3.0), scale=np.ones(2), tolerance=1e-10)

    np.testing.assert_allclose(found, 0, atol=1e-9)


def test_a_function_without_a_minimum_is_warned_of():
    """A loss that falls for ever ends in a warning, not in a loop."""

    def near(x):
        return Local(float(np.exp(-x).sum()), -np.exp(-x), lambda change: np.exp(-x) * change)

    with pytest.warns(ConvergenceWarning, match="converge"):
        minimise(near, np.zeros(1), scale=np.ones(1), tolerance=1e-80)
