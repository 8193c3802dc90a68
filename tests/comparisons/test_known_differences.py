"""Tests of learning from judgements and from pairs of a photo and its degraded copy."""

import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.known_differences import KnownDifferences
from photorank.errors import ComparisonsError
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.mean_difference import MeanDifference

N, D = 40, 12


@pytest.fixture
def taught():
    """Embeddings and scores of photos, with the photos' known differences from degraded copies."""
    draw = np.random.default_rng(0)
    X = draw.normal(size=(N, D))
    X[:, -1] = 0  # in which photos do not differ, and copies do
    scores = X[:, 0] + draw.normal(0, 0.3, N)
    rows = np.zeros((N, D), dtype=np.float32)
    rows[:, -1] = 1.0
    return X, scores, KnownDifferences(N, np.arange(N), rows, np.ones(N), 0.1)


def test_a_planted_signal_is_learned(taught):
    """Differences from degraded copies teach a direction that cannot be learned from the labels."""
    X, scores, beside = taught
    plain = AllPairs().fit(X, scores)
    joint = AllPairs().fit(X, scores, None, beside)
    assert plain.direction_[-1] == 0
    assert joint.direction_[-1] > 0.3 * joint.direction_[0]
    assert joint.score(X, scores) > plain.score(X, scores) - 0.02


def test_the_solution_is_that_of_all_pairs_written_out(taught):
    """The learned vector equals the least-squares solution from an explicit list of all pairs."""
    X, scores, beside = taught
    alpha = 0.7
    first, second = np.triu_indices(N, 1)
    pairs, margins = X[first] - X[second], scores[first] - scores[second]
    unit = np.sqrt((margins**2).mean() / 2)
    copies = beside.rows.astype(float)
    gram = pairs.T @ pairs / len(pairs) + 0.1 * copies.T @ copies / N + alpha * np.eye(D)
    pull = pairs.T @ margins / len(pairs) + 0.1 * unit * copies.mean(axis=0)
    expected = np.linalg.solve(gram, pull)
    learned = AllPairs(alpha).fit(X, scores, None, beside)
    np.testing.assert_allclose(learned.direction_ * learned.length_, expected, atol=1e-9)


def test_the_penalty_is_a_share_of_the_photos_spread(taught):
    """The penalty is relative to the photos' spread, so rescaled embeddings change nothing."""
    X, scores, beside = taught
    first = AllPairs().fit(X, scores, None, beside)
    larger = KnownDifferences(N, beside.photos, 10 * beside.rows, beside.margins, 0.1)
    again = AllPairs().fit(10 * X, scores, None, larger)
    np.testing.assert_allclose(first.direction_, again.direction_, atol=1e-9)
    assert again.alpha_ == pytest.approx(100 * first.alpha_)


def test_a_copy_stays_with_its_photo():
    """If some photos are selected, each selected photo keeps its degraded copies."""
    rows = np.arange(8, dtype=np.float32).reshape(4, 2)
    known = KnownDifferences(3, np.array([0, 0, 1, 2]), rows, np.arange(4.0), 1.0)
    taken = known.take(np.array([2, 0]))
    assert taken.n == 2
    assert taken.photos.tolist() == [1, 1, 0]
    np.testing.assert_array_equal(taken.rows, rows[[0, 1, 3]])
    assert taken.margins.tolist() == [0, 1, 3]


def test_differences_of_copies_come_photo_by_photo():
    """The differences between one photo and its copies come before those of the next photo."""
    rows = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    known = KnownDifferences.of_copies(rows, [4, 1], [0.5, 1.0, 1.5], 0.1, n=5)
    assert known.photos.tolist() == [4, 4, 4, 1, 1, 1]
    assert known.margins.tolist() == [0.5, 1.0, 1.5] * 2
    np.testing.assert_array_equal(known.rows, rows.reshape(6, 2))


def test_a_fold_without_copies_is_learned_as_without_degradations(taught):
    """If no photo has a degraded copy, the learned direction is that of the scores alone."""
    X, scores, _ = taught
    none = KnownDifferences(N, np.empty(0, int), np.empty((0, D), np.float32), np.empty(0), 0.1)
    assert (none.outer_products() == 0).all()
    assert (none.products(1.0) == 0).all()
    assert none.squared_margins(1.0) == 0
    alone = AllPairs(0.7).fit(X, scores, None, none).direction_
    np.testing.assert_allclose(alone, AllPairs(0.7).fit(X, scores).direction_, atol=1e-9)


def test_only_those_who_can_take_them():
    """Learners that cannot use known differences refuse them with an error; AllPairs uses them."""
    X = np.eye(3)
    beside = KnownDifferences(3, np.arange(3), np.eye(3, dtype=np.float32), np.ones(3), 0.1)
    with pytest.raises(ComparisonsError, match="leave out the degradations"):
        MeanDifference().fit(X, [1.0, 2.0, 3.0], None, beside)
    graph = Comparisons.from_scores([1.0, 2.0, 3.0])
    assert AllPairs().fit(X, graph, None, beside).direction_.shape == (3,)
