"""Choice of the penalty and numerical precision of the closed-form learner AllPairs."""

import numpy as np
import pytest

from photorank.vectors.learners.all_pairs import AllPairs


def test_the_penalty_is_chosen_by_holding_out_groups_where_they_are_known():
    """If groups of photos are known, the penalty is chosen by holding out whole groups."""
    rng = np.random.default_rng(0)
    scenes, shots, d = 40, 6, 60
    groups = np.repeat(np.arange(scenes), shots)
    v = rng.normal(size=d)

    def drawn():
        X = (2 * rng.normal(size=(scenes, d)))[groups] + 0.3 * rng.normal(size=(len(groups), d))
        return X, X @ v / 8 + 2 * rng.normal(size=scenes)[groups]

    X, y = drawn()
    fresh, truth = drawn()
    plain, grouped = AllPairs().fit(X, y), AllPairs().fit(X, y, groups)

    assert grouped.alpha_ > 3 * plain.alpha_
    assert grouped.score(fresh, truth) > plain.score(fresh, truth)


def test_single_precision_is_enough_and_is_not_copied():
    """AllPairs fits float32 embeddings directly and finds the same direction as in float64."""
    rng = np.random.default_rng(0)
    for n in (40, 400):  # fewer photos than dimensions, and more
        X = rng.normal(size=(n, 64)).astype(np.float32)
        y = X[:, 0] + rng.normal(size=n)
        single, double = AllPairs().fit(X, y), AllPairs().fit(X.astype(np.float64), y)

        assert single.alpha_ == pytest.approx(double.alpha_)
        np.testing.assert_allclose(single.direction_, double.direction_, atol=1e-9)
