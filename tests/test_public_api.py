"""Behaviour of every public name of the package photorank."""

import itertools
import re
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import photorank
from photorank.encoders.base import Fingerprint
from photorank.errors import EncoderMismatchError, MissingIndexError

LEARNERS = (
    *("AllPairs", "BradleyTerry", "MeanDifference", "PairLeastSquares", "Personal", "RankSVM"),
    "SpanningPairs",
)
TESTED = {
    *LEARNERS,
    *("Comparisons", "DirectionLearner", "Index", "MasterVector", "PhotorankError", "Protocol"),
    *("build_index", "cross_validate", "evaluate", "image_encoder", "load_encoder", "measure"),
    *("metrics", "open_index", "prompt_vector"),
}
METRICS = {
    *("Difference", "Estimate", "album_regret_at_k", "brier", "expected_calibration_error"),
    *("kendall_tau_b", "ndcg", "pairwise_accuracy", "pearson", "pearson_after_logistic"),
    *("precision_at_k", "reliability", "risk_coverage", "spearman"),
}


@pytest.fixture
def judged():
    """Random unit embeddings (n, d), the preferred direction, and noisy scores along it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    direction = np.eye(6)[2]
    return X, direction, X @ direction + 0.05 * rng.normal(size=200)


def test_every_public_name_is_tested_and_documented():
    """Each name in `__all__` has a docstring and a test, and is listed by `dir`."""
    tests = [Path(__file__), *Path(__file__).with_name("api").glob("test_*.py")]
    used = "".join(path.read_text(encoding="utf-8") for path in tests)
    assert set(photorank.__all__) == TESTED
    assert set(photorank.metrics.__all__) == METRICS
    for name in TESTED - set(LEARNERS):
        assert re.search(rf"photorank\.{name}\b|\({name}\)", used), name
    for name in photorank.__all__:
        assert getattr(photorank, name).__doc__
        assert name in dir(photorank)


@pytest.mark.slow
@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_finds_the_direction_that_people_go_by(judged, name):
    """A learner fitted on some photos orders over 90 % of pairs of other photos correctly."""
    X, direction, scores = judged
    scores = np.round(4 * scores) if name == "Personal" else scores
    learned, others = slice(0, 150), slice(150, None)
    learner = getattr(photorank, name)()

    fitted = learner.fit(X[learned], photorank.Comparisons.from_scores(scores[learned]))

    assert fitted is learner
    assert fitted.direction_ @ direction > 0.9 * np.linalg.norm(fitted.direction_)
    held_out = photorank.Comparisons.from_scores(scores[others])
    assert fitted.score(X[others], held_out) > 0.9
    assert fitted.predict(X[others]) == pytest.approx(X[others] @ fitted.direction_)
    assert isinstance(fitted, photorank.DirectionLearner)


def test_comparisons_are_the_pairs_that_people_ordered():
    """Scores compare every two photos with unequal scores; choices compare only the shown pairs."""
    scores = photorank.Comparisons.from_scores([3.0, 1.0, 2.0, 1.0, np.nan])
    assert scores.n_pairs == 5  # all of four photos but the two that are equal
    assert scores.active.tolist() == [0, 1, 2, 3]

    choices = photorank.Comparisons.from_choices([0, 2], [1, 0], n=4)
    assert choices.n_pairs == 2
    assert choices.active.tolist() == [0, 1, 2]


def test_metrics_count_the_pairs_in_the_right_order(judged):
    """Pairwise accuracy equals the share of pairs in the right order, counted one by one."""
    from photorank.metrics.ranking import accuracy_sums

    X, direction, scores = judged
    ratings = X @ direction
    people = photorank.Comparisons.from_scores(scores)
    pairs = list(itertools.combinations(range(len(X)), 2))
    right = [(ratings[i] - ratings[j]) * (scores[i] - scores[j]) > 0 for i, j in pairs]

    assert photorank.metrics.pairwise_accuracy(ratings, people) == pytest.approx(np.mean(right))
    assert accuracy_sums(ratings, people).value == pytest.approx(np.mean(right))


def test_every_metric_is_best_for_the_right_order():
    """Each metric of `photorank.metrics` has its best value on a perfect order."""
    metrics, scores = photorank.metrics, np.arange(30.0)
    people = photorank.Comparisons.from_scores(scores)

    of_order = (metrics.kendall_tau_b, metrics.spearman, metrics.pearson, metrics.ndcg)
    assert [metric(scores, people) for metric in of_order] == pytest.approx([1.0] * 4)
    assert metrics.pearson_after_logistic(scores, people) > 0.99
    of_lists = (metrics.precision_at_k, metrics.album_regret_at_k)
    assert [metric(scores, people, 5) for metric in of_lists] == pytest.approx([1.0] * 2)

    sure, outcomes = np.array([0.9, 0.9, 0.1]), np.array([1, 1, 0])
    assert metrics.brier(sure, outcomes) == pytest.approx(0.01)
    assert metrics.expected_calibration_error(sure, outcomes) == pytest.approx(0.1)
    assert sum(one.n_pairs for one in metrics.reliability(sure, outcomes)) == 3
    assert metrics.risk_coverage(sure, outcomes).risk[-1] == 0
    assert str(metrics.Estimate(0.7421, 0.7112, 0.7713, 9, 36, "jackknife")).startswith("0.742 [")
    assert (-metrics.Difference(0.1, 0.0, 0.2, 0.05)).value == -0.1


def test_a_vector_is_the_same_after_it_was_saved(tmp_path, judged):
    """A saved vector rates the same once loaded, and refuses another encoder's embeddings."""
    X, direction, _ = judged
    fingerprint = Fingerprint("model", "0" * 64, "whole", 224)
    vector = photorank.MasterVector("mine", "all-pairs", 3 * direction, fingerprint, bias=0.5)
    vector.save(str(tmp_path / "mine.json"))

    loaded = photorank.MasterVector.load(str(tmp_path / "mine.json"))
    assert repr(loaded).startswith("<MasterVector 'mine': all-pairs, 6 dimensions, of model (")
    assert "\n" not in repr(loaded)

    assert loaded.to_json() == vector.to_json()
    assert loaded.rate(X, fingerprint) == pytest.approx(3 * (X @ direction) + 0.5, abs=1e-6)
    np.testing.assert_array_equal(loaded.rate(X, fingerprint), vector.rate(X, fingerprint))
    with pytest.raises(EncoderMismatchError):
        loaded.rate(X, Fingerprint("model", "1" * 64, "whole", 224))


@pytest.mark.slow
def test_an_index_is_opened_rated_and_evaluated(home):
    """The public API opens an index, rates its photos and evaluates vectors on it."""
    index = photorank.open_index("small")
    assert len(index.photos()) == len(index) == len(index.embeddings()) == 24
    np.testing.assert_allclose(np.linalg.norm(index.heads(), axis=1), 1, atol=1e-3)
    vector = photorank.MasterVector.load(index.paths.vector("ours"))
    products = index.embeddings().astype(np.float64) @ vector.direction
    assert index.rate(vector) == pytest.approx(vector.scale * products + vector.bias)

    protocol = photorank.Protocol(folds=3, repeats=1)
    found = photorank.evaluate(index, vectors=["ours"], learners=["all-pairs"], protocol=protocol)
    rows = {row.vector: row for row in found.results if row.scope == "all"}
    assert {"ours", "all-pairs", "mean-difference", "random-direction"} <= set(rows)
    assert rows["ours"].refitted  # it was learned from these photos
    assert rows["random-direction"].baseline
    accuracy = rows["all-pairs"].metrics["pairwise_accuracy"]
    assert accuracy.low <= accuracy.value <= accuracy.high


def test_the_only_index_needs_no_name(home):
    """The only index opens without a name; the error for a wrong name lists existing indexes."""
    assert photorank.open_index().name == "small"
    assert issubclass(MissingIndexError, photorank.PhotorankError)
    with pytest.raises(MissingIndexError, match="There is: small"):
        photorank.open_index("large")


def test_a_name_that_is_not_there():
    """A misspelt attribute raises AttributeError, and __version__ is the installed version."""
    assert photorank.__version__ == version("photorank")
    with pytest.raises(AttributeError, match="'photorank' has no attribute 'rank'"):
        _ = photorank.rank
