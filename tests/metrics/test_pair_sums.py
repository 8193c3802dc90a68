import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import PAIR_METRICS, accuracy_sums

N = 30
FOLDS = np.arange(N) % 3
CLUSTERS = np.where(np.arange(N) < 5, -1, np.arange(N) // 4)


@pytest.fixture
def judged():
    """Simulated ratings and labels, both with ties."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, N).astype(float)
    return np.round(labels + 2 * rng.normal(size=N)), labels


def graphs(labels):
    """Dictionary of three comparison graphs, made from scores or from random choices."""
    rng = np.random.default_rng(1)
    winners, losers = np.array([rng.choice(N, 2, replace=False) for _ in range(80)]).T
    scores = Comparisons.from_scores(labels, gap_power=1, weights=rng.uniform(0.5, 2, N))
    return {
        "scores": scores,
        "across": scores.restricted(FOLDS, "across"),
        "choices": Comparisons.from_choices(winners, losers, n=N, ties=rng.random(80) < 0.2),
    }


# Choices have neither ranks nor values.
CASES = [(kind, metric) for kind in ("scores", "across") for metric in PAIR_METRICS]
CASES += [("choices", "pairwise_accuracy"), ("choices", "kendall_tau_b")]


@pytest.mark.parametrize(("kind", "metric"), CASES)
def test_pairs_between_photos_make_the_total(judged, kind, metric):
    """A metric's sums for single photo pairs add up to the metric's total over all pairs."""
    ratings, labels = judged

    sums = PAIR_METRICS[metric](ratings, graphs(labels)[kind])

    assert len(sums.between) == N * (N - 1) / 2
    np.testing.assert_allclose(sums.between.sum(axis=0), sums.total, atol=1e-9)
    assert sums.leave_one_out().between.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("kind", "metric"), [case for case in CASES if case[1] != "spearman"])
def test_pairs_between_clusters_are_those_not_inside(judged, kind, metric):
    """A metric's sums over pairs between and inside clusters add up to its sum over all pairs."""
    ratings, labels = judged
    graph = graphs(labels)[kind]
    units = np.where(CLUSTERS < 0, 100 + np.arange(N), CLUSTERS)

    sums = PAIR_METRICS[metric](ratings, graph, clusters=CLUSTERS)

    inside = PAIR_METRICS[metric](ratings, graph.restricted(units, "within")).total
    n_units = len(np.unique(units))
    assert len(sums.between) == n_units * (n_units - 1) / 2
    np.testing.assert_allclose(sums.between.sum(axis=0) + inside, sums.total, atol=1e-9)


def test_some_couples_stand_for_all():
    """A statistic of all 11,175 photo pairs is estimated well from 4,000 random pairs."""
    rng = np.random.default_rng(2)
    labels = rng.normal(size=150)
    ratings = labels + rng.normal(size=150)
    graph = Comparisons.from_scores(labels)

    every = accuracy_sums(ratings, graph, couples=100_000).leave_one_out()
    some = accuracy_sums(ratings, graph, couples=4_000).leave_one_out()

    assert (len(every.between), len(some.between)) == (11_175, 4_000)
    assert every.n_couples == some.n_couples == 11_175
    assert (some.between**2).mean() == pytest.approx((every.between**2).mean(), rel=0.1)


def test_no_couples_on_request_and_with_many_units():
    """Sums for single photo pairs are not computed for 1,500 photos, nor with `couples=0`."""
    labels = np.arange(1500.0)

    assert len(accuracy_sums(labels, Comparisons.from_scores(labels)).between) == 0
    few = accuracy_sums(labels[:20], Comparisons.from_scores(labels[:20]), couples=0)
    assert len(few.between) == 0


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_fold_values_average_to_the_pooled_metric(judged, metric):
    """The mean of the metric's values by fold equals the metric pooled over all folds."""
    ratings, labels = judged
    splits = [FOLDS, np.arange(N) // 10]
    parts = [
        PAIR_METRICS[metric](
            ratings, Comparisons.from_scores(labels).restricted(folds, "within"), clusters=folds
        )
        for folds in splits
    ]

    values = values_by_fold(parts)

    first, second = (part.total for part in parts)
    numerator, a, b = first + second
    assert len(values) == 6
    assert values.mean() == pytest.approx(numerator / np.sqrt(a * b))


def test_fold_values_without_a_pair_are_nan():
    """A fold in which all labels are equal has the value NaN."""
    graph = Comparisons.from_scores([1.0, 1.0, 1.0])

    values = values_by_fold([accuracy_sums([1, 2, 3], graph, clusters=np.array([0, 1, 1]))])

    assert np.isnan(values).all()
