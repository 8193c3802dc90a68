import numpy as np

from photorank.metrics.estimates import holm


def test_holm_is_the_step_down_procedure():
    """Holm's correction multiplies the k-th smallest of n p-values by n − k + 1, up to 1."""
    adjusted = holm([0.03, 0.01, np.nan, 0.9, 0.011])

    np.testing.assert_allclose(adjusted, [0.06, 0.04, np.nan, 0.9, 0.04])
    assert len(holm([])) == 0
