import numpy as np
import pytest

from photorank.comparisons.dominance import dominance


@pytest.mark.parametrize("n", [0, 1, 2, 7, 64, 200])
@pytest.mark.parametrize("distinct", [1, 3, 1000])
@pytest.mark.parametrize("equal", [False, True], ids=["weights", "equal weights"])
def test_equals_the_double_loop(n, distinct, equal):
    """The result of dominance equals that of a plain comparison of every pair of points."""
    rng = np.random.default_rng(n + distinct)
    first, second = rng.integers(0, distinct, size=(2, n)).astype(float)
    weights = np.tile([2.0, 0.5], (n, 1)) if equal else rng.normal(size=(n, 2))

    below = (first[None] < first[:, None]) & (second[None] < second[:, None])

    lower, higher = dominance(first, second, weights)

    np.testing.assert_allclose(lower, below @ weights, atol=1e-10)
    np.testing.assert_allclose(higher, below.T @ weights, atol=1e-10)
