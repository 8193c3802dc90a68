"""Every public name, used for what it promises."""

import itertools
from importlib.metadata import version

import numpy as np
import pytest

import photorank
from photorank.encoders.base import Fingerprint
from photorank.errors import EncoderMismatchError, MissingIndexError

LEARNERS = ("AllPairs", "MeanDifference", "PairLeastSquares")
TESTED = {*LEARNERS, "Comparisons", "MasterVector", "evaluate", "metrics", "open_index"}


@pytest.fixture
def judged():
    """Return unit embeddings (n, d), the direction that people go by, and their scores."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    direction = np.eye(6)[2]
    return X, direction, X @ direction + 0.05 * rng.normal(size=200)


def test_every_public_name_is_tested_and_documented():
    """What `__all__` lists is told by `dir`, says what it is, and has a test of its own below."""
    assert set(photorank.__all__) == TESTED
    for name in photorank.__all__:
        assert getattr(photorank, name).__doc__
        assert name in dir(photorank)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_finds_the_direction_that_people_go_by(judged, name):
    """It is fitted on some photos, and puts pairs of others in the right order."""
    X, direction, scores = judged
    learned, others = slice(0, 150), slice(150, None)
    learner = getattr(photorank, name)()

    fitted = learner.fit(X[learned], photorank.Comparisons.from_scores(scores[learned]))

    assert fitted is learner
    assert fitted.direction_ @ direction > 0.9 * np.linalg.norm(fitted.direction_)
    held_out = photorank.Comparisons.from_scores(scores[others])
    assert fitted.score(X[others], held_out) > 0.9
    assert fitted.decision_function(X[others]) == pytest.approx(X[others] @ fitted.direction_)


def test_comparisons_are_the_pairs_that_people_ordered():
    """Scores order all photos that differ; choices order those that were chosen between."""
    scores = photorank.Comparisons.from_scores([3.0, 1.0, 2.0, 1.0, np.nan])
    assert scores.n_pairs == 5  # all of four photos but the two that are equal
    assert scores.active.tolist() == [0, 1, 2, 3]

    choices = photorank.Comparisons.from_choices([0, 2], [1, 0], n=4)
    assert choices.n_pairs == 2
    assert choices.active.tolist() == [0, 1, 2]


def test_metrics_count_the_pairs_in_the_right_order(judged):
    """Pairwise accuracy is the share of pairs, and comes with an interval that holds it."""
    from photorank.metrics.ranking import accuracy_sums, pairwise_accuracy

    X, direction, scores = judged
    ratings = X @ direction
    people = photorank.Comparisons.from_scores(scores)
    pairs = list(itertools.combinations(range(len(X)), 2))
    right = [(ratings[i] - ratings[j]) * (scores[i] - scores[j]) > 0 for i, j in pairs]

    assert photorank.metrics.__name__ == "photorank.metrics"
    assert pairwise_accuracy(ratings, people) == pytest.approx(np.mean(right))
    assert accuracy_sums(ratings, people).value == pytest.approx(np.mean(right))


def test_a_vector_is_the_same_after_it_was_saved(tmp_path, judged):
    """It rates as before, and refuses the embeddings of another encoder."""
    X, direction, _ = judged
    fingerprint = Fingerprint("model", "0" * 64, "whole", 224)
    vector = photorank.MasterVector("mine", "all-pairs", 3 * direction, fingerprint, bias=0.5)
    vector.save(tmp_path / "mine.json")

    loaded = photorank.MasterVector.load(tmp_path / "mine.json")

    assert loaded.to_json() == vector.to_json()
    assert loaded.rate(X, fingerprint) == pytest.approx(3 * (X @ direction) + 0.5, abs=1e-6)
    np.testing.assert_array_equal(loaded.rate(X, fingerprint), vector.rate(X, fingerprint))
    with pytest.raises(EncoderMismatchError):
        loaded.rate(X, Fingerprint("model", "1" * 64, "whole", 224))


def test_an_index_is_opened_rated_and_evaluated(home):
    """Photos, embeddings and ratings are rows of one table; an evaluation has its intervals."""
    index = photorank.open_index("small")
    assert len(index.photos()) == len(index) == len(index.embeddings()) == 24
    np.testing.assert_allclose(np.linalg.norm(index.heads(), axis=1), 1, atol=1e-3)
    vector = photorank.MasterVector.load(index.paths.vector("ours"))
    products = index.embeddings().astype(np.float64) @ vector.direction
    assert index.rate(vector) == pytest.approx(vector.scale * products + vector.bias)

    found = photorank.evaluate(index, vectors=["ours"], learners=["all-pairs"])
    rows = {row.vector: row for row in found.results if row.scope == "all"}
    assert {"ours", "all-pairs", "mean-difference", "random-direction"} <= set(rows)
    assert rows["ours"].refitted  # it was learned from these photos
    assert rows["random-direction"].baseline
    accuracy = rows["all-pairs"].metrics["pairwise_accuracy"]
    assert accuracy.low <= accuracy.value <= accuracy.high


def test_the_only_index_needs_no_name(home):
    """One that is not there is told with those that are."""
    assert photorank.open_index().name == "small"
    with pytest.raises(MissingIndexError, match="There is: small"):
        photorank.open_index("large")


def test_a_name_that_is_not_there():
    """A misspelt name fails as in any module; the version is the package's."""
    assert photorank.__version__ == version("photorank")
    with pytest.raises(AttributeError, match="'photorank' has no attribute 'rank'"):
        _ = photorank.rank
