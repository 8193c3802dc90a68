import numpy as np
import pytest

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.folds import Folds, make_folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.jackknife_intervals import jackknife, paired_difference
from photorank.metrics.pair_sums import values_by_fold
from photorank.metrics.ranking import accuracy_sums, kendall_sums
from photorank.metrics.refitting_intervals import (
    corrected_resampled,
    corrected_resampled_difference,
)

N, K, REPEATS = 60, 5, 3
GROUPS = np.arange(N) % 6
COUNTS = {"test_to_train": 1 / (K - 1), "repeats": REPEATS, "n_photos": N}


@pytest.fixture
def rated():
    """Held-out pairs of 60 photos in groups of 3, and two arrays (repeats, n) of noisy ratings."""
    rng = np.random.default_rng(0)
    folds = make_folds(N, k=K, repeats=REPEATS, by=np.arange(N) // 3, seed=0)
    labels = rng.normal(size=N)
    one, other = labels + rng.normal(size=(2, REPEATS, N))
    return HeldOutPairs.of(Comparisons.from_scores(labels), folds), one, other


def by_fold(pairs, ratings):
    """Pairwise accuracy in each test fold of each repeat."""
    rounds = zip(ratings, pairs.graphs, pairs.folds.codes, strict=True)
    return values_by_fold([accuracy_sums(r, graph, clusters=codes) for r, graph, codes in rounds])


def without_units(pairs, ratings):
    """Pairwise accuracies, each from all test repeats without one group of three photos."""
    rounds = zip(ratings, pairs.graphs, strict=True)
    first, *others = [accuracy_sums(r, graph, clusters=pairs.folds.by) for r, graph in rounds]
    return sum(others, start=first).leave_one_out()


def test_pairs_are_inside_test_folds(rated):
    """Held-out pairs are within one test fold; pairs inside groups are also within one group."""
    pairs, *_ = rated
    inside = pairs.inside(GROUPS, "within")

    for graph, part, codes in zip(pairs.graphs, inside.graphs, pairs.folds.codes, strict=True):
        together = codes[:, None] == codes
        assert graph.n_pairs == np.triu(together, 1).sum()
        assert part.n_pairs == np.triu(together & (GROUPS[:, None] == GROUPS), 1).sum()
    assert pairs.n_pairs == round(np.mean([graph.n_pairs for graph in pairs.graphs]))
    assert pairs.n_photos == N
    assert inside.n_photos == len(set().union(*(g.active.tolist() for g in inside.graphs)))


def test_what_was_fitted_anew_has_an_interval_that_includes_the_refitting(rated):
    """The accuracy interval of a refitted model is computed from the accuracy in each fold."""
    pairs, one, other = rated
    sums = [pairs.sums(ratings, refitted=True) for ratings in (one, other)]
    values = [by_fold(pairs, ratings) for ratings in (one, other)]

    expected = corrected_resampled(values[0], n_pairs=pairs.n_pairs, **COUNTS)
    assert pairs.estimate(sums[0], refitted=True) == pairs.accuracy(one) == expected
    assert pairs.difference(*sums, refitted=True) == corrected_resampled_difference(
        *values, **COUNTS
    )


def test_given_ratings_have_a_jackknife_over_what_was_kept_whole(rated):
    """For ratings that are not refitted, the accuracy interval comes from a jackknife by group."""
    pairs, one, other = rated
    sums = [pairs.sums(ratings, refitted=False) for ratings in (one, other)]
    expected = [without_units(pairs, ratings) for ratings in (one, other)]

    assert pairs.estimate(sums[0], refitted=False) == jackknife(
        expected[0], n_photos=N, n_pairs=pairs.n_pairs
    )
    assert pairs.difference(*sums, refitted=False) == paired_difference(*expected)


def test_lists_of_given_ratings_count_folds_as_drawn_anew(rated):
    """For given ratings, a metric's confidence interval is narrower than for refitted ratings."""
    pairs, one, _ = rated
    values = by_fold(pairs, one)
    given, refitted = (pairs.estimate_of_lists(values, 0.0, refitted=how) for how in (False, True))

    assert given.value == refitted.value
    assert refitted.low < given.low < given.high < refitted.high


def test_a_difference_of_two_correlations_reaches_two():
    """With two folds, the interval of a difference between correlations reaches from -2 to 2."""
    scores, folds = np.array([1.0, 2.0, 3.0] * 2), Folds(np.array([[0] * 3 + [1] * 3]), 2, None)
    pairs = HeldOutPairs.of(Comparisons.from_scores(scores), folds)
    a, b = (
        pairs.sums(np.array([r]), kendall_sums, refitted=True)
        for r in ([1.0, 2.0, 3.0] * 2, [3.0, 2.0, 1.0, 1.0, 3.0, 2.0])
    )
    lead = pairs.difference(a, b, refitted=True)
    assert (lead.low, lead.high) == (-2.0, 2.0)


@pytest.mark.parametrize(("k", "width"), [(2, 0.46), (3, 1.0)])
def test_dealing_few_groups_again_proves_no_more(k, width):
    """If there are only three groups, repeating the folds does not narrow accuracy intervals."""
    rng, groups = np.random.default_rng(0), np.repeat(np.arange(3), 20)
    ratings, scores, widths = rng.normal(size=60), rng.normal(size=60), []
    for repeats in (1, 3, 30):
        folds = make_folds(60, k=k, repeats=repeats, by=groups, seed=0)
        pairs = HeldOutPairs.of(Comparisons.from_scores(scores), folds)
        found = pairs.accuracy(np.tile(ratings, (len(folds.codes), 1)))
        widths.append(found.high - found.low)
    assert widths[1:] == pytest.approx([width] * 2, abs=0.01)


def test_units_without_pairs_prove_nothing():
    """If only pairs within groups are used, n_units does not count photos without a group."""
    groups = np.concatenate([np.repeat(np.arange(4), 5), np.full(36, -1)])
    pairs = HeldOutPairs.of(
        Comparisons.from_scores(np.arange(56.0)), make_folds(56, by=groups, seed=0)
    )
    assert pairs.n_units == 40
    assert pairs.inside(groups, "within").n_units == 4


@pytest.mark.parametrize(("codes", "said"), [([0, 1, 2], "use fewer .* or"), ([0, 1, 1], "")])
def test_fewer_folds_are_advised_where_there_can_be_fewer(codes, said):
    """An error about folds without pairs suggests fewer folds only if there are more than two."""
    folds = Folds(np.array([codes]), max(codes) + 1, None)
    pairs = HeldOutPairs.of(Comparisons.from_scores([1.0, 2.0, 2.0]), folds)
    with pytest.raises(ComparisonsError, match=f"{max(codes) + 1} folds: {said} ?judge more"):
        pairs.require()
