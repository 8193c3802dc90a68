import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.vectors.learners.bradley_terry import BradleyTerry


def shown(n=40, d=6, m=300, nu=0.0, seed=0):
    """Random photos, compared pairs (winner first), tie marks, and the true preference vector."""
    rng = np.random.default_rng(seed)
    X, v = rng.normal(size=(n, d)), rng.normal(size=d)
    pairs = rng.integers(n, size=(m, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    eta = (X[pairs[:, 0]] - X[pairs[:, 1]]) @ v
    odds = np.stack([np.exp(eta / 2), np.exp(-eta / 2), np.full(len(eta), nu)])
    outcome = (rng.random(len(eta)) * odds.sum(axis=0) > np.cumsum(odds, axis=0)).sum(axis=0)
    swap = outcome == 1
    pairs[swap] = pairs[swap][:, ::-1]
    return X, pairs, outcome == 2, v


@pytest.mark.parametrize(("n", "d"), [(40, 6), (15, 30)], ids=["n>d", "n<d"])
def test_without_ties_it_is_logistic_regression_on_differences(n, d):
    """Bradley–Terry without ties equals logistic regression on embedding differences."""
    X, pairs, _, _ = shown(n, d)
    D, m, alpha = X[pairs[:, 0]] - X[pairs[:, 1]], len(pairs), 0.01
    C = 1 / (2 * alpha * m)  # ½‖v‖² + C Σ loss is then α‖v‖² + the mean loss
    reference = LogisticRegression(C=C / 2, fit_intercept=False, tol=1e-10, max_iter=10_000)
    reference.fit(np.concatenate([D, -D]), np.repeat([1, 0], m))

    learner = BradleyTerry(alpha).fit(X, Comparisons.from_choices(*pairs.T, n=n))

    v = learner.direction_ * learner.length_
    np.testing.assert_allclose(v, reference.coef_[0], atol=1e-6)
    assert learner.tie_ == 0


def test_ties_follow_davidson():
    """The fit to choices with ties maximises the penalised likelihood of Davidson's model."""
    X, pairs, tied, _ = shown(nu=1.0)
    D, alpha = X[pairs[:, 0]] - X[pairs[:, 1]], 0.02

    def loss(parameters):
        v, log_nu = parameters[:-1], parameters[-1]
        eta = D @ v
        log_sum = np.log(np.exp(eta / 2) + np.exp(-eta / 2) + np.exp(log_nu))
        return (log_sum - np.where(tied, log_nu, eta / 2)).mean() + alpha * v @ v

    expected = minimize(loss, np.zeros(7), tol=1e-12).x
    learner = BradleyTerry(alpha).fit(X, Comparisons.from_choices(*pairs.T, n=40, ties=tied))

    np.testing.assert_allclose(learner.direction_ * learner.length_, expected[:-1], atol=1e-5)
    assert learner.tie_ == pytest.approx(np.exp(expected[-1]), rel=1e-4)


def test_a_prior_and_its_scale_are_fitted_together():
    """`BradleyTerry` finds the same weights and prior scale as a general-purpose optimiser."""
    X, pairs, _, v = shown()
    D, alpha = X[pairs[:, 0]] - X[pairs[:, 1]], 0.1
    prior = v + np.random.default_rng(1).normal(size=6)
    v0 = prior / np.linalg.norm(prior)

    def loss(parameters):
        away = parameters[:-1] - parameters[-1] * v0
        return np.logaddexp(0, -D @ parameters[:-1]).mean() + alpha * away @ away

    expected = minimize(loss, np.zeros(7), tol=1e-12).x
    learner = BradleyTerry(alpha, prior=prior).fit(X, Comparisons.from_choices(*pairs.T, n=40))

    np.testing.assert_allclose(learner.direction_ * learner.length_, expected[:-1], atol=1e-3)
    assert learner.prior_scale_ == pytest.approx(expected[-1], rel=1e-3)


def test_a_contradicted_prior_is_dropped_not_reversed():
    """A prior that the choices oppose is dropped, and the fit equals one without a prior."""
    X, pairs, _, v = shown()
    choices = Comparisons.from_choices(*pairs.T, n=40)

    learner = BradleyTerry(0.01, prior=-v).fit(X, choices)

    assert learner.prior_scale_ == 0
    np.testing.assert_allclose(learner.direction_, BradleyTerry(0.01).fit(X, choices).direction_)


@pytest.mark.slow
def test_the_chosen_penalty_is_near_the_best():
    """The penalty chosen by inner cross-validation is nearly as accurate as the best penalty."""
    X, pairs, _, v = shown(n=200, d=60, m=1500)
    X, pairs = X / 6, pairs
    train, truth = Comparisons.from_choices(*pairs.T, n=200), X @ v
    alphas = np.logspace(-5, 0, 11)

    best = max(BradleyTerry(alpha).fit(X, train).score(X, truth) for alpha in alphas)

    assert BradleyTerry().fit(X, train).score(X, truth) > best - 0.02


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labels", "choices", "choices with ties"])
def test_standard_errors_match_the_spread_over_repeated_judging(kind):
    """Standard errors match the spread of ratings over refits on new noisy judgements."""
    rng = np.random.default_rng(0)
    n, d = 120, 4
    X = rng.normal(size=(n, d))
    pairs = rng.integers(n, size=(500, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    fitted, claimed = [], []
    for _ in range(100):
        if kind == "labels":
            y = X[:, 0] + rng.normal(size=n)
        else:
            eta = X[pairs[:, 0], 0] - X[pairs[:, 1], 0]
            nu = 1.0 if "ties" in kind else 0.0
            odds = np.stack([np.exp(eta / 2), np.exp(-eta / 2), np.full(len(eta), nu)])
            drawn = rng.random(len(eta)) * odds.sum(axis=0)
            outcome = (drawn > np.cumsum(odds, axis=0)).sum(axis=0)
            turned = np.where((outcome == 1)[:, None], pairs[:, ::-1], pairs)
            y = Comparisons.from_choices(*turned.T, n=n, ties=outcome == 2)
        learner = BradleyTerry(1e-5).fit(X, y)
        centred = X - X.mean(axis=0)
        fitted.append(centred @ learner.direction_ * learner.length_)
        claimed.append(learner.standard_errors(X) * learner.length_)

    ratio = np.mean(claimed, axis=0) / np.std(fitted, axis=0)

    assert np.median(ratio) == pytest.approx(1, abs=0.15)


def test_no_penalty_is_refused():
    """A penalty of 0 is refused, since consistent choices would make the vector infinite."""
    X, pairs, _, _ = shown()

    with pytest.raises(ComparisonsError, match="above 0"):
        BradleyTerry(0.0).fit(X, Comparisons.from_choices(*pairs.T, n=40))
