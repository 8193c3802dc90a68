import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.vectors.learners.rank_svm import Hinge, RankSVM


def tiered(n=40, d=5, seed=0):
    """Random photos, noisy labels in four tiers, and random group numbers."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    score = X @ rng.normal(size=d) + rng.normal(size=n)
    return X, np.digitize(score, [-1.5, 0, 1.5]).astype(float), rng.integers(3, size=n)


@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_minimises_the_squared_hinge_of_explicit_pairs(scope):
    """RankSVM's direction minimises the squared hinge loss over all compared pairs."""
    X, y, groups = tiered()
    i, j = np.nonzero(y[:, None] > y)
    same = groups[i] == groups[j]
    keep = {"all": same | True, "within": same, "across": ~same}[scope]
    D = X[i[keep]] - X[j[keep]]

    def loss(v):
        return (np.maximum(0, 1 - D @ v) ** 2).mean() + 0.03 * v @ v

    expected = minimize(loss, np.zeros(5), tol=1e-12).x
    learner = RankSVM(0.03).fit(X, Comparisons.from_scores(y).restricted(groups, scope))

    np.testing.assert_allclose(learner.direction_ * learner.length_, expected, atol=1e-5)


def test_minimises_the_squared_hinge_of_choices():
    """RankSVM minimises the squared hinge loss over all choices that are not ties."""
    X, _, _ = tiered()
    pairs = np.random.default_rng(1).integers(40, size=(100, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ties = np.arange(len(pairs)) % 4 == 0
    D = (X[pairs[:, 0]] - X[pairs[:, 1]])[~ties]

    def loss(v):
        return (np.maximum(0, 1 - D @ v) ** 2).mean() + 0.1 * v @ v

    expected = minimize(loss, np.zeros(5), tol=1e-12).x
    learner = RankSVM(0.1).fit(X, Comparisons.from_choices(*pairs.T, n=40, ties=ties))

    np.testing.assert_allclose(learner.direction_ * learner.length_, expected, atol=1e-5)


def test_the_gradient_is_the_slope_of_the_objective():
    """Gradient and curvature of the hinge objective agree with finite differences."""
    X, y, _ = tiered()
    hinge = Hinge(X, Comparisons.from_scores(y), np.ones(5))
    v = np.random.default_rng(2).normal(size=5)
    step = 1e-6 * np.random.default_rng(3).normal(size=5)

    error = check_grad(lambda w: hinge.near(w, 0.1).value, lambda w: hinge.near(w, 0.1).gradient, v)
    rise = hinge.near(v + step, 0.1).gradient - hinge.near(v - step, 0.1).gradient

    assert error < 1e-5
    np.testing.assert_allclose(hinge.near(v, 0.1).curvature(step), rise / 2, rtol=1e-4)


@pytest.mark.slow
def test_gaps_between_labels_do_not_count():
    """RankSVM uses only the order of labels, whatever the sizes of the gaps between them."""
    X, y, _ = tiered()

    plain = RankSVM().fit(X, y).direction_

    np.testing.assert_allclose(RankSVM().fit(X, np.exp(y)).direction_, plain, atol=1e-9)
    weighted = Comparisons.from_scores(y, gap_power=2)
    np.testing.assert_allclose(RankSVM().fit(X, weighted).direction_, plain, atol=1e-9)


def test_no_penalty_is_refused():
    """`RankSVM` refuses a penalty of 0, because the weights could then grow without limit."""
    X, y, _ = tiered()

    with pytest.raises(ComparisonsError, match="above 0"):
        RankSVM(0.0).fit(X, y)
