import numpy as np
import pytest
from sklearn.base import clone

from photorank.comparisons.comparisons import Comparisons
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.signal_block import AllPairsWithSignals, with_signals

D, S = 60, 4


def planted(n, *, embedding, signals, seed=0):
    """Return photos with signals beside, and scores that follow either as much as is said."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, D))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    Z = rng.normal(size=(n, S)) * [1e3, 1, 1e-3, 40] + [0, 5, 0, -800]
    score = embedding * X[:, 0] * np.sqrt(D) + signals * (Z[:, 0] / 1e3 + Z[:, 2] / 1e-3)
    return with_signals(X, Z), score + 0.3 * rng.normal(size=n)


def accuracy(learner, train, test):
    """Return how well what was learned orders other photos."""
    return clone(learner).fit(*train).score(*test)


def halves(photos, scores):
    """Return photos to learn from and photos to test on."""
    middle = len(scores) // 2
    return (photos[:middle], scores[:middle]), (photos[middle:], scores[middle:])


def test_signals_that_matter_are_used_whatever_their_units():
    """Four are not drowned by sixty dimensions, and the embedding is not either."""
    train, test = halves(*planted(240, embedding=0.5, signals=1.0))
    without = ((train[0][:, :D], train[1]), (test[0][:, :D], test[1]))
    both = accuracy(AllPairsWithSignals(n_signals=S), train, test)
    assert both > accuracy(AllPairs(), *without) + 0.1
    assert both > 0.85


@pytest.mark.parametrize("seed", range(3))
def test_signals_that_do_not_matter_do_little_harm(seed):
    """Held-out photos choose how far they reach, and it is not far."""
    photos, scores = planted(240, embedding=1.0, signals=0.0, seed=seed)
    train, test = halves(photos, scores)
    alone = AllPairs().fit(train[0][:, :D], train[1]).score(test[0][:, :D], test[1])
    assert accuracy(AllPairsWithSignals(n_signals=S), train, test) > alone - 0.02


def test_only_the_photos_given_decide_the_scale():
    """Another unit or another zero of a signal changes no order, of held-out photos either."""
    train, test = halves(*planted(160, embedding=0.5, signals=1.0))
    change, shift = np.ones(D + S), np.zeros(D + S)
    change[D:], shift[D:] = [7, 1e-4, 300, 2], [1, -2, 3, 4]
    plain = AllPairsWithSignals(n_signals=S).fit(*train)
    other = AllPairsWithSignals(n_signals=S).fit(train[0] * change + shift, train[1])
    before, after = plain.decision_function(test[0]), other.decision_function(test[0] * change)
    assert np.corrcoef(before, after)[0, 1] > 0.999999


def test_without_signals_it_is_all_pairs():
    """The plain learner is a special case."""
    photos, scores = planted(80, embedding=1.0, signals=0.0)
    alone = AllPairsWithSignals().fit(photos[:, :D], scores).direction_
    np.testing.assert_allclose(alone, AllPairs().fit(photos[:, :D], scores).direction_, atol=1e-9)


def test_signals_alone_and_constant_ones():
    """No embedding is needed, and a signal that is the same for all is passed over."""
    photos, scores = planted(160, embedding=0.0, signals=1.0)
    signals = np.column_stack([photos[:, D:], np.full(len(scores), 95.0)])
    train, test = halves(signals, scores)
    learned = AllPairsWithSignals(n_signals=S + 1).fit(*train)
    assert learned.score(*test) > 0.85
    assert learned.direction_[-1] == 0


def test_choices_within_series_are_learned_from():
    """The graph may be of any kind."""
    photos, scores = planted(120, embedding=0.3, signals=1.0)
    rng = np.random.default_rng(3)
    pairs = rng.permutation(120).reshape(-1, 2)
    better = np.where(scores[pairs[:, 0]] > scores[pairs[:, 1]], 0, 1)
    rows = np.arange(len(pairs))
    graph = Comparisons.from_choices(pairs[rows, better], pairs[rows, 1 - better], n=120)
    learned = AllPairsWithSignals(n_signals=S).fit(photos, graph)
    fresh, known = planted(200, embedding=0.3, signals=1.0, seed=9)
    assert learned.score(fresh, known) > 0.75


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_what_was_not_measured_is_the_middle(missing):
    """A column without any value is a constant."""
    signals = np.array([[1.0], [2.0], [4.0]])
    signals[:missing] = np.nan
    found = with_signals(np.eye(3, dtype=np.float32), signals)[:, 3]
    known = signals[missing:, 0]
    assert found.tolist() == [np.median(known) if len(known) else 0.0] * missing + known.tolist()
