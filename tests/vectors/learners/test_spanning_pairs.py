import numpy as np
import pytest
from sklearn.base import clone

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.informative_pairs import CandidatePairs
from photorank.vectors.learners.spanning_pairs import SpanningPairs


class RandomPairs(SpanningPairs):
    """Learner like SpanningPairs that draws the same number of pairs at random."""

    def _chosen(self, X, comparisons, m):
        pairs, margins = comparisons.sample(m, rng=np.random.default_rng(self.random_state))
        pairs, first = np.unique(pairs, axis=0, return_index=True)
        return CandidatePairs(pairs, margins[first], np.ones(len(pairs)))


def labelled(n=80, d=10, tiers=None, seed=0):
    """Random photos, noisy labels along a random direction, and random group numbers."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) + rng.normal(size=n)
    if tiers is not None:
        y = np.digitize(y, np.quantile(y, np.linspace(0, 1, tiers + 1)[1:-1])).astype(float)
    return X, y, rng.integers(3, size=n)


@pytest.mark.parametrize("d", [10, 200], ids=["n>d", "n<d"])
@pytest.mark.parametrize("learner", [SpanningPairs(), RandomPairs(600)], ids=["forest", "random"])
def test_a_spanning_forest_holds_what_all_pairs_hold(d, learner):
    """A spanning tree of n − 1 pairs gives the same direction as all n(n − 1)/2 pairs."""
    X, y, _ = labelled(d=d)

    few = clone(learner).fit(X, y)  # 600 random pairs connect everybody
    every = AllPairs(alpha=2 * few.alpha_).fit(X, y)  # all pairs weigh each photo twice

    assert few.rank_ == 79
    conditioning = 2 * np.linalg.norm(np.cov(X.T), ord=2) / every.alpha_
    allowed = 100 * np.finfo(float).eps * max(conditioning, 1)
    np.testing.assert_allclose(few.direction_, every.direction_, atol=allowed)
    assert few.length_ == pytest.approx(every.length_, rel=allowed)
    if d < len(X):  # with fewer photos than dimensions every small penalty fits equally well
        assert AllPairs().fit(X, y).alpha_ == pytest.approx(every.alpha_)


def test_it_is_generalised_least_squares_on_its_pairs():
    """The learned vector equals a generalised least-squares solution computed with NumPy."""
    X, y, _ = labelled()
    alpha, m = 0.1, 50

    learner = SpanningPairs(m, alpha=alpha).fit(X, y)

    B = np.zeros((m, len(y)))
    B[np.arange(m), learner.pairs_[:, 0]], B[np.arange(m), learner.pairs_[:, 1]] = 1, -1
    D, margins, C = B @ X, B @ y, B @ B.T
    weighted = np.linalg.solve(C, np.column_stack([D, margins]))
    expected = np.linalg.solve(
        D.T @ weighted[:, :-1] / m + alpha * np.eye(10), D.T @ weighted[:, -1] / m
    )
    np.testing.assert_allclose(learner.direction_ * learner.length_, expected, atol=1e-8)


@pytest.mark.parametrize("tiers", [None, 2, 5])
@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_the_pairs_span_and_none_repeats_another(tiers, scope):
    """The chosen pairs connect all photos that may be compared, and no pair is redundant."""
    X, y, groups = labelled(tiers=tiers)
    comparisons = Comparisons.from_scores(y).restricted(groups, scope)

    learner = SpanningPairs().fit(X, comparisons)

    winner, loser = learner.pairs_.T
    assert learner.rank_ == len(learner.pairs_) == 80 - (3 if scope == "within" else 1)
    assert (y[winner] > y[loser]).all()
    if scope != "all":
        assert ((groups[winner] == groups[loser]) == (scope == "within")).all()


def test_one_photo_against_all_others_is_spanned():
    """If one photo has label 1 and all others 0, every training pair contains that photo."""
    X, _, _ = labelled()
    y = np.zeros(80)
    y[17] = 1

    learner = SpanningPairs().fit(X, y)

    assert learner.rank_ == 79
    assert (learner.pairs_[:, 0] == 17).all()


def test_a_small_budget_uses_each_photo_once():
    """A budget of at most n / 2 pairs uses each photo in one pair at most."""
    X, y, _ = labelled()

    pairs = SpanningPairs(30).fit(X, y).pairs_

    assert len(np.unique(pairs)) == 60


@pytest.mark.slow
def test_informative_pairs_beat_random_ones_on_a_small_budget():
    """With few pairs, informative pairs give a more accurate direction than random pairs."""
    gains = []
    for seed in range(12):
        X, y, _ = labelled(n=400, d=30, seed=seed)
        train, test = slice(0, 300), slice(300, None)
        informative, random = (
            learner.fit(X[train], y[train]).score(X[test], y[test])
            for learner in (SpanningPairs(40), RandomPairs(40))
        )
        gains.append(informative - random)

    assert np.mean(gains) > 2 * np.std(gains) / np.sqrt(len(gains))


def test_choices_are_chosen_among_the_pairs_that_were_shown():
    """Spanning pairs are taken only from the pairs that people saw, and connect all photos."""
    X, y, _ = labelled()
    rng = np.random.default_rng(1)
    pairs = rng.integers(80, size=(300, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    swap = y[pairs[:, 0]] < y[pairs[:, 1]]
    pairs[swap] = pairs[swap][:, ::-1]
    shown = {tuple(sorted(pair)) for pair in pairs.tolist()}

    learner = SpanningPairs().fit(X, Comparisons.from_choices(*pairs.T, n=80))
    every = SpanningPairs(10_000).fit(X, Comparisons.from_choices(*pairs.T, n=80))

    assert {tuple(sorted(pair)) for pair in learner.pairs_.tolist()} <= shown
    assert learner.rank_ == len(learner.pairs_) == 79
    assert len(every.pairs_) == len(shown)
    reference = AllPairs().fit(X, Comparisons.from_choices(*pairs.T, n=80))
    np.testing.assert_allclose(every.direction_, reference.direction_, atol=1e-9)


def test_trust_in_labels_counts():
    """A label by ten raters counts as much as ten copies of the photo with that label."""
    X, y, _ = labelled(n=20)
    trust = np.ones(20)
    trust[4] = 10
    alpha = 0.1
    repeated = np.append(np.arange(20), [4] * 9)
    centre = X[repeated].mean(axis=0), y[repeated].mean()

    learner = SpanningPairs(alpha=alpha).fit(X, Comparisons.from_scores(y, weights=trust))

    Xc, yc = X[repeated] - centre[0], y[repeated] - centre[1]
    scale = 20 / 29 / 19  # trust has mean 1, and 19 pairs are averaged
    expected = np.linalg.solve(Xc.T @ Xc * scale + alpha * np.eye(10), Xc.T @ yc * scale)
    np.testing.assert_allclose(learner.direction_ * learner.length_, expected, atol=1e-8)


@pytest.mark.slow
def test_standard_errors_match_the_spread_over_repeated_judging():
    """Standard errors match the spread of the ratings over refits with new label noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 5))
    fitted, claimed = [], []
    for _ in range(80):
        y = X[:, 0] + rng.normal(size=100)
        learner = SpanningPairs(alpha=1e-6).fit(X, y)
        fitted.append((X - X.mean(axis=0)) @ learner.direction_ * learner.length_)
        claimed.append(learner.standard_errors(X) * learner.length_)

    ratio = np.mean(claimed, axis=0) / np.std(fitted, axis=0)

    assert np.median(ratio) == pytest.approx(1, abs=0.15)


def test_a_budget_of_no_pairs_is_refused():
    """A budget of 0 pairs is refused with an error that names the smallest budget, 1."""
    X, y, _ = labelled()

    with pytest.raises(ComparisonsError, match="1 or more"):
        SpanningPairs(0).fit(X, y)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_photo_with_a_single_partner_in_another_group_is_reached(sign):
    """A photo that can be compared with only one photo of another group is in a chosen pair."""
    y = sign * np.concatenate([np.full(400, 3.0), [0.0, 9.0], [3.0, 2.0]])
    groups = np.repeat([0, 1], [402, 2])
    X = np.random.default_rng(0).normal(size=(404, 5))

    learner = SpanningPairs().fit(X, Comparisons.from_scores(y).restricted(groups, "across"))

    assert len(np.unique(learner.pairs_)) == 404
