import warnings

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import estimator_checks_generator

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError, DegenerateDirectionError
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.bradley_terry import BradleyTerry
from photorank.vectors.learners.mean_difference import MeanDifference
from photorank.vectors.learners.sampled_pairs import PairLeastSquares
from photorank.vectors.learners_by_name import LEARNERS

EVERY = pytest.mark.parametrize("learner", LEARNERS.values(), ids=LEARNERS.keys())


def planted(n=300, d=12, noise=0.3, seed=0):
    """Random photos, noisy labels along a random direction, and that direction."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=d)
    truth /= np.linalg.norm(truth)
    X = rng.normal(size=(n, d))
    return X, X @ truth + noise * rng.normal(size=n), truth


def chosen(X, truth, m=800, seed=1):
    """Simulated pairwise choices that follow a given preference direction, with logistic noise."""
    rng = np.random.default_rng(seed)
    pairs = rng.integers(len(X), size=(m, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    gap = (X[pairs[:, 0]] - X[pairs[:, 1]]) @ truth
    swap = rng.random(len(pairs)) > 1 / (1 + np.exp(-4 * gap))
    pairs[swap] = pairs[swap][:, ::-1]
    return Comparisons.from_choices(pairs[:, 0], pairs[:, 1], n=len(X))


def conventions():
    """Pairs of a learner and a scikit-learn estimator check, as test parameters."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*does not inherit from `sklearn.base.BaseEstimator`")
        for name, learner in LEARNERS.items():
            for estimator, check in estimator_checks_generator(learner):
                yield pytest.param(estimator, check, id=f"{name}-{check.func.__name__}")


@pytest.mark.parametrize(("estimator", "check"), list(conventions()))
def test_follows_scikit_learn_conventions(estimator, check):
    """The learners pass scikit-learn's estimator checks."""
    check(estimator)


@pytest.mark.slow
@EVERY
def test_recovers_a_planted_direction_from_labels(learner):
    """Every learner finds a known direction from noisy labels."""
    X, y, truth = planted()

    assert learner.fit(X, y).direction_ @ truth > 0.95


@EVERY
def test_recovers_a_planted_direction_from_choices(learner):
    """Every learner finds a known direction from choices between two photos."""
    X, _, truth = planted()

    assert learner.fit(X, chosen(X, truth)).direction_ @ truth > 0.9


@pytest.mark.slow
@EVERY
def test_swapping_every_comparison_flips_the_direction(learner):
    """Reversing every judgement makes the learner find the opposite direction."""
    X, y, _ = planted(n=60)

    forward, backward = learner.fit(X, y).direction_, learner.fit(X, -y).direction_

    assert forward @ backward == pytest.approx(
        -1, abs=0.05 if isinstance(learner, PairLeastSquares) else 1e-9
    )


@EVERY
def test_judgements_that_cancel_out_are_refused(learner):
    """If embeddings differ only by rounding errors, judgements cancel out and are refused."""
    photo = np.random.default_rng(0).normal(size=30)
    same = np.tile((photo / np.linalg.norm(photo)).astype(np.float32), (6, 1)).astype(np.float64)
    same[::2] += 3e-9
    with pytest.raises(DegenerateDirectionError, match="same picture"):
        learner.fit(same, np.arange(6.0))


@EVERY
def test_constant_labels_are_refused(learner):
    """Labels that are all equal are refused, as they order no photos."""
    with pytest.raises(ComparisonsError, match="judged differently"):
        learner.fit(np.eye(4), np.ones(4))


@EVERY
def test_more_dimensions_than_photos_is_no_trouble(learner):
    """A learner can fit 20 photos in 200 dimensions and orders their pairs better than chance."""
    X, y, _ = planted(n=20, d=200)

    assert learner.fit(X, y).score(X, y) > 0.6


@pytest.mark.slow
@EVERY
def test_unlabelled_photos_change_nothing(learner):
    """Photos whose label is nan do not affect learning, even if their embeddings are extreme."""
    X, y, _ = planted(n=60)
    strangers = np.full((5, 12), 1e3)
    labelled = Comparisons.from_scores(np.append(y, np.full(5, np.nan)))

    direction = learner.fit(np.concatenate([X, strangers]), labelled).direction_

    np.testing.assert_allclose(direction, learner.fit(X, y).direction_, atol=1e-6)


@pytest.mark.slow
@EVERY
def test_a_photo_alone_in_its_group_changes_nothing(learner):
    """When comparing only within groups, a photo alone in its group does not affect learning.

    It does change which pairs are drawn, where some are.
    """
    X, y, _ = planted(n=61)
    groups = np.append(np.arange(60) % 4, 9)

    alone = learner.fit(X, Comparisons.from_scores(y, within=groups)).direction_
    without = learner.fit(X[:60], Comparisons.from_scores(y[:60], within=groups[:60])).direction_

    draws = isinstance(learner, PairLeastSquares | BradleyTerry)
    assert alone @ without == pytest.approx(1, abs=0.03 if draws else 1e-9)


@EVERY
def test_groups_only_of_single_photos_are_refused(learner):
    """If every group has one photo, learning is refused with an error that says no pair exists."""
    X, y, _ = planted(n=20)

    with pytest.raises(ComparisonsError, match="no pair"):
        learner.fit(X, Comparisons.from_scores(y, within=np.arange(20)))


@EVERY
def test_labels_that_are_all_missing_are_refused(learner):
    """Labels that are all nan are refused, as they give no pair to learn from."""
    X, y, _ = planted(n=20)

    with pytest.raises(ComparisonsError, match="no pair"):
        learner.fit(X, Comparisons.from_scores(np.full_like(y, np.nan)))


@pytest.mark.slow
@EVERY
def test_groups_that_are_never_compared_share_one_direction(learner):
    """If labels are compared only within groups, offsets between groups do not harm learning."""
    X, y, truth = planted()
    groups = np.arange(len(y)) % 2

    learner.fit(X, Comparisons.from_scores(y + 100 * groups, within=groups))

    assert learner.direction_ @ truth > 0.95


@pytest.mark.slow
@EVERY
def test_duplicated_photos_are_no_trouble(learner):
    """Photos that occur twice, with equal and with different labels, do not spoil the fit."""
    X, y, truth = planted(n=150)
    other = y + 0.1 * np.random.default_rng(1).normal(size=150)

    learner.fit(np.concatenate([X, X, X]), np.concatenate([y, y, other]))

    assert learner.direction_ @ truth > 0.9


@EVERY
def test_ties_alone_are_refused(learner):
    """Choices that are all ties define no direction and are refused with an error."""
    X, _, _ = planted(n=10)
    ties = Comparisons.from_choices([0, 2, 4], [1, 3, 5], n=10, ties=[True] * 3)

    with pytest.raises(ComparisonsError, match="judged differently"):
        learner.fit(X, ties)


@EVERY
def test_one_choice_is_enough_to_point_somewhere(learner):
    """A learner given a single choice rates the winner above the loser."""
    X, _, _ = planted(n=10)

    ratings = learner.fit(X, Comparisons.from_choices([3], [7], n=10)).decision_function(X)

    assert ratings[3] > ratings[7]


@EVERY
def test_choices_that_all_go_one_way_are_no_trouble(learner):
    """Perfectly separable choices give a finite direction near the true one."""
    X, _, truth = planted()
    pairs = np.random.default_rng(0).integers(len(X), size=(500, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    swap = (X[pairs[:, 0]] - X[pairs[:, 1]]) @ truth < 0
    pairs[swap] = pairs[swap][:, ::-1]

    learner.fit(X, Comparisons.from_choices(pairs[:, 0], pairs[:, 1], n=len(X)))

    assert np.isfinite(learner.length_)
    assert learner.direction_ @ truth > 0.9


def test_mean_difference_of_two_classes():
    """With liked and disliked photos, MeanDifference finds the difference of the class means."""
    X = np.random.default_rng(0).normal(size=(20, 4))
    liked = np.arange(20) < 7
    expected = X[liked].mean(axis=0) - X[~liked].mean(axis=0)

    direction = MeanDifference().fit(X, liked.astype(float)).direction_

    np.testing.assert_allclose(direction, expected / np.linalg.norm(expected))


def test_pair_least_squares_survives_more_pairs_than_rank():
    """With more dimensions than photos, every pair's winner is rated one unit above its loser."""
    X, y, _ = planted(n=30, d=40)
    X = X.astype(np.float32).astype(np.float64)

    learner = PairLeastSquares().fit(X, y)

    pairs, _ = Comparisons.from_scores(y).sample(50, rng=np.random.default_rng(3), extremes=0.25)
    margins = (X[pairs[:, 0]] - X[pairs[:, 1]]) @ learner.direction_ * learner.length_
    np.testing.assert_allclose(margins, 1, atol=1e-4)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 30.0])
def test_all_pairs_is_ridge_on_centred_data(alpha):
    """If no two labels are equal, `AllPairs` learns the same weights as scikit-learn's `Ridge`."""
    X, y, _ = planted(n=50)
    n = len(y)
    ridge = Ridge(alpha=alpha).fit(X, y)  # fits an intercept, that is, centres

    learner = AllPairs(alpha=alpha * n / (n * (n - 1) / 2)).fit(X, y)

    np.testing.assert_allclose(learner.direction_ * learner.length_, ridge.coef_, rtol=1e-8)


@pytest.mark.parametrize("penalty", ["identity", "variance", "within-tier"])
@pytest.mark.parametrize("n", [12, 60], ids=["n<d", "n>d"])
@pytest.mark.parametrize("p", [0, 1, 2])
@pytest.mark.parametrize("with_prior", [False, True])
def test_all_pairs_minimises_its_objective(penalty, n, p, with_prior):
    """The vector learned by AllPairs minimises a penalised squared loss over all photo pairs."""
    d, alpha = 20, 0.05
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, d)), rng.integers(0, 4, n).astype(float)
    prior = X.T @ (y - y.mean()) + rng.normal(size=d) if with_prior else None

    learner = AllPairs(alpha, penalty=penalty, prior=prior, gap_power=p).fit(X, y)

    i, j = np.triu_indices(n, 1)
    w = np.where(y[i] != y[j], np.abs(y[i] - y[j]) ** p, 0.0)
    w /= w.sum()
    D, m = X[i] - X[j], y[i] - y[j]
    if penalty == "identity":
        omega = np.eye(d)
    elif penalty == "variance":
        omega = np.diag(X.var(axis=0) / X.var(axis=0).mean())
    else:
        centred = X - np.stack([X[y == tier].mean(axis=0) for tier in range(4)])[y.astype(int)]
        omega = ledoit_wolf(centred, assume_centered=True)[0]
        omega *= d / np.trace(omega)
    A = np.block([[D.T @ (w[:, None] * D) + alpha * omega]])
    b = D.T @ (w * m)
    if with_prior:
        v0 = prior / np.linalg.norm(prior)
        cross = -alpha * omega @ v0
        A = np.block([[A, cross[:, None]], [cross[None], np.array([[alpha * v0 @ omega @ v0]])]])
        b = np.append(b, 0)
    v = np.linalg.solve(A, b)[:d]

    np.testing.assert_allclose(learner.direction_ * learner.length_, v, atol=1e-8)


def test_the_chosen_penalty_is_near_the_best():
    """The penalty chosen by cross-validation is nearly as good as the best on held-out labels."""
    X, y, _ = planted(n=160, d=120, noise=1.0)
    train, test = slice(0, 100), slice(100, None)
    tried = [AllPairs(alpha).fit(X[train], y[train]) for alpha in np.logspace(-5, 2, 29)]

    chosen_penalty = AllPairs().fit(X[train], y[train]).score(X[test], y[test])

    assert chosen_penalty > max(learner.score(X[test], y[test]) for learner in tried) - 0.03


def test_many_labels_overrule_a_wrong_prior_and_few_do_not():
    """Few labels leave the learned direction near the prior; many labels overrule the prior."""
    X, y, truth = planted(n=400, noise=0.1)
    wrong = np.roll(truth, 1)

    few = AllPairs(prior=truth).fit(X[:8], y[:8] + np.random.default_rng(0).normal(size=8))
    many = AllPairs(prior=wrong).fit(X, y)

    assert few.direction_ @ truth > 0.8
    assert many.direction_ @ truth > 0.99


def test_a_contradicted_prior_is_dropped_not_reversed():
    """A prior that the labels contradict is dropped (scale 0) and does not harm the direction."""
    X, y, truth = planted(noise=0.01)

    learner = AllPairs(alpha=1e-3, prior=-truth).fit(X, y)

    assert learner.prior_scale_ == 0
    assert learner.direction_ @ truth > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labels", "choices"])
def test_standard_errors_match_the_spread_over_repeated_judging(kind):
    """Standard errors match the spread of ratings learned from repeated noisy judgements."""
    rng = np.random.default_rng(0)
    n, d = 150, 6
    X = rng.normal(size=(n, d))
    truth = np.eye(d)[0]
    pairs = rng.integers(n, size=(400, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    fitted, claimed = [], []
    for _ in range(120):
        if kind == "labels":
            y = X @ truth + rng.normal(size=n)
        else:
            y = (X[pairs[:, 0]] - X[pairs[:, 1]]) @ truth + 2 * rng.normal(size=len(pairs))
            swapped = np.where((y < 0)[:, None], pairs[:, ::-1], pairs)
            y = Comparisons.from_choices(swapped[:, 0], swapped[:, 1], n=n)
        learner = AllPairs(alpha=1e-6).fit(X, y)
        fitted.append((X - X.mean(axis=0)) @ learner.direction_ * learner.length_)
        claimed.append(learner.standard_errors(X) * learner.length_)

    ratio = np.mean(claimed, axis=0) / np.std(fitted, axis=0)

    assert np.median(ratio) == pytest.approx(1, abs=0.15)


def test_choices_have_no_tiers():
    """The penalty “within-tier” is refused for choices, which have no tiers of labels."""
    X, _, truth = planted(n=30)

    with pytest.raises(ComparisonsError, match="no tiers"):
        AllPairs(penalty="within-tier").fit(X, chosen(X, truth))


def test_a_prior_of_another_length_is_refused():
    """A prior whose length differs from the embeddings' dimension is refused."""
    X, y, _ = planted(n=30)

    with pytest.raises(ComparisonsError, match="prior must be 12"):
        AllPairs(prior=np.ones(3)).fit(X, y)
