import numpy as np
import pytest

from photorank.comparisons import sorted_blocks
from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.breakdowns import by_gap, by_group
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import accuracy_sums

N = 40
FOLDS = np.arange(N) % 2
GROUPS = np.where(np.arange(N) < 3, -1, np.arange(N) // 4 % 4)
EDGES = [0, 0.5, 1, 9]


def given(*graphs, clusters=None):
    """HeldOutPairs object for the given comparisons, with all photos in one test fold."""
    n = graphs[0].n
    return HeldOutPairs(graphs, Folds(np.zeros((len(graphs), n), dtype=int), 1, clusters), n)


@pytest.fixture
def judged():
    """Simulated ratings with ties, labels in steps of 0.1 (one missing) and label weights."""
    rng = np.random.default_rng(0)
    labels = np.round(rng.normal(size=N), 1)
    labels[5] = np.nan
    ratings = np.round(np.nan_to_num(labels) + rng.normal(size=N))
    return ratings, labels, rng.uniform(0.5, 2, N)


@pytest.mark.parametrize("listed", [0, 10**6])
@pytest.mark.parametrize("scope", ["all", "within", "across"])
def test_gaps_equal_the_loop_over_pairs(judged, scope, listed, monkeypatch):
    """Accuracy by label difference equals a loop over the pairs, with ties counted half."""
    monkeypatch.setattr(sorted_blocks, "_LISTED", listed)
    ratings, labels, trust = judged
    graph = Comparisons.from_scores(labels, weights=trust)
    graph = graph.restricted(FOLDS, "within").restricted(GROUPS, scope)
    gap = np.round(labels[:, None] - labels[None], 9)
    may = FOLDS[:, None] == FOLDS[None]
    if scope != "all":
        known = (GROUPS[:, None] >= 0) & (GROUPS[None] >= 0)
        may &= known & ((GROUPS[:, None] == GROUPS[None]) == (scope == "within"))
    right = (np.sign(ratings[:, None] - ratings[None]) + 1) / 2

    bins = by_gap(ratings[None], given(graph), EDGES)

    for row in bins:
        pairs = may & (gap > row.above) & (gap <= row.upto)
        weight = (trust[:, None] * trust[None])[pairs]
        assert row.accuracy.n_pairs == pairs.sum()
        assert row.accuracy.n_photos == (pairs | pairs.T).any(0).sum()
        assert row.accuracy.value == pytest.approx(np.average(right[pairs], weights=weight))
        assert row.accuracy.low < row.accuracy.value < row.accuracy.high


def test_bins_of_all_gaps_are_the_whole(judged):
    """If one bin covers all label gaps, the bin's accuracy interval is that of all pairs."""
    ratings, labels, _ = judged
    graph = Comparisons.from_scores(labels)
    clusters = np.arange(N) // 4

    (whole,) = by_gap(ratings[None], given(graph, clusters=clusters), [0, 100])

    expected = jackknife(
        accuracy_sums(ratings, graph, clusters=clusters).leave_one_out(),
        n_photos=N - 1,
        n_pairs=graph.n_pairs,
    )
    assert (whole.accuracy.low, whole.accuracy.high) == pytest.approx((expected.low, expected.high))
    assert whole.accuracy.n_pairs == expected.n_pairs


def test_bins_of_ratings_learned_without_their_fold_include_the_refitting(judged):
    """A bin's confidence interval includes the uncertainty that comes from refitting ratings."""
    ratings, labels, _ = judged
    pairs = HeldOutPairs.of(Comparisons.from_scores(labels), Folds(FOLDS[None], 2, None))

    (whole,) = by_gap(ratings[None], pairs, [0, 100], refitted=True)

    expected = pairs.accuracy(ratings[None])
    assert (whole.accuracy.value, whole.accuracy.low, whole.accuracy.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


def test_empty_bins_are_nan(judged):
    """A bin of label differences without pairs has an accuracy of NaN and raises no error."""
    ratings, labels, _ = judged

    row = by_gap(ratings[None], given(Comparisons.from_scores(labels)), [50, 60])[0]

    assert np.isnan(row.accuracy.value)
    assert (row.accuracy.n_photos, row.accuracy.n_pairs) == (0, 0)


def test_repeats_are_pooled(judged):
    """Two identical repeats of cross-validation give the same accuracy as a single repeat."""
    ratings, labels, _ = judged
    graph = Comparisons.from_scores(labels).restricted(FOLDS, "within")
    once, twice = (ratings[None], given(graph)), (np.stack([ratings] * 2), given(graph, graph))

    assert by_gap(*twice, EDGES) == by_gap(*once, EDGES)
    assert by_group(*twice, GROUPS) == by_group(*once, GROUPS)


def test_groups_are_graphs_of_their_own(judged):
    """A group's accuracy equals the accuracy computed from that group's photos alone."""
    ratings, labels, _ = judged
    rows = by_group(ratings[None], given(Comparisons.from_scores(labels)), GROUPS)

    assert [row.group for row in rows] == [0, 1, 2, 3]
    for row in rows:
        inside = row.group == GROUPS
        alone = Comparisons.from_scores(labels[inside])
        assert row.accuracy.value == pytest.approx(accuracy_sums(ratings[inside], alone).value)
        assert row.accuracy.n_pairs == alone.n_pairs


def test_a_group_of_one_photo_is_nan():
    """A group of one photo has accuracy NaN and does not change the other groups' accuracies."""
    groups = np.array([0, 1, 1, -1])

    pairs = given(Comparisons.from_scores(np.arange(4.0)))

    lonely, other = by_group(np.arange(4.0)[None], pairs, groups)

    assert np.isnan(lonely.accuracy.value)
    assert other.accuracy.value == 1


@pytest.mark.parametrize("edges", [[1.0], [-1, 1], [0, 2, 2]])
def test_edges_must_increase(edges):
    """Bin edges for label differences are refused if single, negative or not rising."""
    with pytest.raises(ComparisonsError, match="increase from 0 on"):
        by_gap(np.zeros((1, 2)), given(Comparisons.from_scores([1.0, 2.0])), edges)


def test_choices_have_no_gaps():
    """Accuracy by label difference is refused for choices, which have no numeric labels."""
    with pytest.raises(ComparisonsError, match="needs scores"):
        by_gap(np.zeros((1, 2)), given(Comparisons.from_choices([0], [1], n=2)), [0, 1])
