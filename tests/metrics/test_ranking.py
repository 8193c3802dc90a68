import numpy as np
import pytest
from scipy.stats import kendalltau, pearsonr, somersd, spearmanr
from sklearn.metrics import roc_auc_score

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.ranking import (
    PAIR_METRICS,
    accuracy_sums,
    kendall_tau_b,
    pairwise_accuracy,
    pearson,
    spearman,
)

N = 40
FOLDS = np.arange(N) % 3
GROUPS = np.where(np.arange(N) < 3, -1, np.arange(N) // 3 % 4)
SERIES = np.where(np.arange(N) % 5 == 0, -1, np.arange(N) // 6)
SCOPES = ["all", "within", "across"]
CORRELATIONS = {"kendall_tau_b": kendall_tau_b, "spearman": spearman, "pearson": pearson}


@pytest.fixture
def judged():
    """Simulated ratings and labels, both with ties."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, N).astype(float)
    return np.round(labels + 2 * rng.normal(size=N)), labels


def graph(labels, scope="all"):
    """Comparisons within each fold: all of them, or only those within or across groups."""
    return Comparisons.from_scores(labels).restricted(FOLDS, "within").restricted(GROUPS, scope)


def explicit(ratings, labels, may):
    """Reference values of the metrics, computed over all permitted pairs of photos."""
    i, j = np.nonzero(np.triu(may, 1))
    a, b = labels[i] - labels[j], ratings[i] - ratings[j]
    ordered = a != 0
    return {
        "pairwise_accuracy": ((np.sign(a * b) + 1) / 2)[ordered].mean(),
        "kendall_tau_b": np.sign(a * b).sum() / np.sqrt(ordered.sum() * (b != 0).sum()),
        "pearson": (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()),
    }


def test_one_block_equals_scipy(judged):
    """Kendall, Spearman and Pearson correlations over all pairs equal SciPy's, ties included."""
    ratings, labels = judged
    comparisons = Comparisons.from_scores(labels)

    assert kendall_tau_b(ratings, comparisons) == pytest.approx(kendalltau(ratings, labels)[0])
    assert spearman(ratings, comparisons) == pytest.approx(spearmanr(ratings, labels)[0])
    assert pearson(ratings, comparisons) == pytest.approx(pearsonr(ratings, labels)[0])


def test_accuracy_is_somers_d_rescaled(judged):
    """Pairwise accuracy is Somers' D of the ratings given the labels, rescaled to 0 to 1."""
    ratings, labels = judged

    accuracy = pairwise_accuracy(ratings, Comparisons.from_scores(labels))

    assert accuracy == pytest.approx((1 + somersd(labels, ratings).statistic) / 2)


def test_two_tiers_are_roc_auc(judged):
    """With two classes pairwise accuracy is the area under the ROC curve."""
    ratings, labels = judged
    good = labels > 2

    accuracy = pairwise_accuracy(ratings, Comparisons.from_scores(good))

    assert accuracy == pytest.approx(roc_auc_score(good, ratings))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("metric", ["pairwise_accuracy", "kendall_tau_b", "pearson"])
def test_scopes_equal_the_loop_over_pairs(judged, metric, scope):
    """For each choice of photo pairs, a metric equals the value from a loop over those pairs."""
    ratings, labels = judged
    may = FOLDS[:, None] == FOLDS[None]
    if scope != "all":
        known = (GROUPS[:, None] >= 0) & (GROUPS[None] >= 0)
        may &= known & ((GROUPS[:, None] == GROUPS[None]) == (scope == "within"))

    value = PAIR_METRICS[metric](ratings, graph(labels, scope)).value

    assert value == pytest.approx(explicit(ratings, labels, may)[metric])


def test_spearman_ranks_within_each_block(judged):
    """If photos are compared within folds, Spearman's correlation ranks each fold separately."""
    ratings, labels = judged
    folds = np.where(np.arange(N) < 8, 0, 1)
    a, b = np.empty(N), np.empty(N)
    for fold in (0, 1):
        rows = np.flatnonzero(folds == fold)
        for out, values in ((a, labels[rows]), (b, ratings[rows])):
            below = (values[:, None] > values[None]).sum(1)
            level = (values[:, None] == values[None]).sum(1)
            out[rows] = (below + level / 2) / len(rows)
    may = folds[:, None] == folds[None]

    value = spearman(ratings, Comparisons.from_scores(labels).restricted(folds, "within"))

    assert value == pytest.approx(explicit(b, a, may)["pearson"])


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("clusters", [None, SERIES], ids=["photos", "clusters"])
@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_leaving_a_unit_out_equals_counting_anew(judged, metric, clusters, scope):
    """Each leave-one-out value of a metric equals a recomputation without the left-out photos."""
    ratings, labels = judged
    sums = PAIR_METRICS[metric]
    units = np.arange(N) if clusters is None else np.where(SERIES < 0, 100 + np.arange(N), SERIES)

    found = sums(ratings, graph(labels, scope), clusters=clusters).leave_one_out()

    anew = []
    for unit in np.unique(units[graph(labels, scope).active]):
        kept = np.where(units == unit, np.nan, labels)
        anew.append(sums(ratings, graph(kept, scope)).value)
    if metric == "spearman":  # the move of the others' ranks is followed to first order
        assert np.std(found.without) == pytest.approx(np.std(anew), rel=0.12)
        np.testing.assert_allclose(found.without, anew, atol=0.05)
    else:
        np.testing.assert_allclose(found.without, anew, atol=1e-12)


def test_spearman_without_a_photo_is_accurate_in_a_large_block():
    """Fast leave-one-out Spearman correlations are close to exactly recomputed correlations."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 9, 200).astype(float)
    ratings = labels + 4 * rng.normal(size=200)

    found = PAIR_METRICS["spearman"](ratings, Comparisons.from_scores(labels)).leave_one_out()

    keep = ~np.eye(200, dtype=bool)
    anew = [spearmanr(ratings[k], labels[k])[0] for k in keep]
    assert np.abs(found.without - anew).max() < 0.02 * np.std(anew)


@pytest.mark.parametrize("metric", ["pairwise_accuracy", "kendall_tau_b", "spearman"])
def test_only_the_order_of_ratings_matters(judged, metric):
    """A strictly increasing transformation of the ratings changes no ranking metric."""
    ratings, labels = judged
    sums = PAIR_METRICS[metric]

    assert sums(np.exp(ratings), graph(labels)).value == pytest.approx(
        sums(ratings, graph(labels)).value
    )


@pytest.mark.parametrize("scope", SCOPES)
def test_constant_ratings_score_chance(judged, scope):
    """Constant ratings have accuracy one half, and their correlations are undefined."""
    _, labels = judged
    comparisons = graph(labels, scope)

    assert pairwise_accuracy(np.full(N, 0.1), comparisons) == 0.5
    for correlation in CORRELATIONS.values():
        assert np.isnan(correlation(np.full(N, 0.1), comparisons))


def test_ratings_constant_in_each_fold_correlate_with_nothing(judged):
    """If ratings are constant within each fold, Pearson's correlation is NaN."""
    _, labels = judged

    assert np.isnan(pearson(np.array([0.1, 0.7, 1 / 3])[FOLDS], graph(labels)))


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_opposite_ratings_mirror(judged, metric):
    """Negating ratings or labels mirrors each metric about its value for random ratings."""
    ratings, labels = judged
    sums = PAIR_METRICS[metric](ratings, graph(labels))
    chance = (1 + sums.floor) / 2

    for mirrored in (
        PAIR_METRICS[metric](-ratings, graph(labels)),
        PAIR_METRICS[metric](ratings, graph(-labels)),
    ):
        assert mirrored.value - chance == pytest.approx(chance - sums.value)


def test_trust_doubled_is_a_photo_doubled(judged):
    """A label with weight 2 counts as much as two photos with the same label and rating."""
    ratings, labels = judged
    trust = np.where(np.arange(N) == 7, 2.0, 1.0)
    twice = np.append(np.arange(N), 7)

    for metric in ("pairwise_accuracy", "kendall_tau_b", "pearson"):
        weighed = PAIR_METRICS[metric](ratings, Comparisons.from_scores(labels, weights=trust))
        doubled = PAIR_METRICS[metric](ratings[twice], Comparisons.from_scores(labels[twice]))
        assert weighed.value == pytest.approx(doubled.value)


def test_choices_have_accuracy_and_tau_only():
    """Weighted choices have an accuracy and Kendall's tau, but Spearman and Pearson are NaN."""
    winners, losers = np.array([0, 1, 2, 3]), np.array([1, 2, 0, 0])
    ratings = np.array([0.9, 0.5, 0.1, 0.5])
    once = Comparisons.from_choices(winners, losers, n=4, weights=[1, 1, 2, 1])
    doubled = Comparisons.from_choices(np.append(winners, 2), np.append(losers, 0), n=4)

    assert pairwise_accuracy(ratings, once) == pytest.approx(2 / 5)
    assert pairwise_accuracy(ratings, doubled) == pytest.approx(2 / 5)
    assert kendall_tau_b(ratings, once) == pytest.approx(-1 / 5)
    for metric in ("spearman", "pearson"):
        sums = PAIR_METRICS[metric](ratings, once)
        assert np.isnan(sums.value)
        assert np.isnan(sums.leave_one_out().without).all()


def test_tau_of_choices_counts_ties_on_both_sides():
    """The denominator of Kendall's tau for choices accounts for ties by people and by ratings."""
    comparisons = Comparisons.from_choices([0, 1, 0], [1, 2, 2], n=3, ties=[False, True, False])

    # One concordant pair, one tied in the ratings; people ordered 2 pairs, ratings 2.
    assert kendall_tau_b([0.5, 0.5, 0.1], comparisons) == pytest.approx(1 / 2)


def test_all_ties_are_no_pairs():
    """Pair metrics are NaN if all choices are ties."""
    comparisons = Comparisons.from_choices([0, 1], [1, 2], n=3, ties=[True, True])

    for sums in PAIR_METRICS.values():
        assert np.isnan(sums([0.1, 0.2, 0.3], comparisons).value)


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([2.0, 2.0, 2.0], id="one tier"),
        pytest.param([np.nan, np.nan, np.nan], id="no label"),
        pytest.param([np.nan, 1.0, np.nan], id="one label"),
    ],
)
@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_labels_without_a_pair_give_nan(labels, metric):
    """Every pair metric is NaN if no two photos have different labels."""
    sums = PAIR_METRICS[metric]([0.1, 0.2, 0.3], Comparisons.from_scores(labels))

    assert np.isnan(sums.value)
    assert len(sums.leave_one_out().without) == 0


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_groups_of_one_photo_have_no_pair_within(metric):
    """If every group has one photo, metrics within groups are NaN, without an error."""
    comparisons = Comparisons.from_scores([1.0, 2.0, 3.0])

    lonely = comparisons.restricted(np.array([0, 1, 2]), "within")
    nobody = comparisons.restricted(np.array([-1, -1, -1]), "within")

    assert np.isnan(PAIR_METRICS[metric]([0.1, 0.2, 0.3], lonely).value)
    assert np.isnan(PAIR_METRICS[metric]([0.1, 0.2, 0.3], nobody).value)


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_unlabelled_photos_change_nothing(judged, metric):
    """Photos without a label change neither a metric nor its number of leave-one-out values."""
    ratings, labels = judged
    more = np.append(labels, [np.nan, np.nan])

    sums = PAIR_METRICS[metric](np.append(ratings, [9.0, -9.0]), Comparisons.from_scores(more))

    alone = PAIR_METRICS[metric](ratings, Comparisons.from_scores(labels))
    assert sums.value == pytest.approx(alone.value)
    assert len(sums.leave_one_out().without) == len(alone.leave_one_out().without) == N


def test_two_photos_are_right_or_wrong():
    """If two photos are in the right order, accuracy is 1; if reversed, Spearman is −1."""
    comparisons = Comparisons.from_scores([1.0, 2.0])

    assert pairwise_accuracy([0.1, 0.2], comparisons) == 1.0
    assert spearman([0.2, 0.1], comparisons) == pytest.approx(-1.0)


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_repeats_are_pooled_by_their_sums(judged, metric):
    """A metric pooled over two identical test repeats equals the metric of one repeat."""
    ratings, labels = judged
    once = PAIR_METRICS[metric](ratings, graph(labels), clusters=SERIES)

    twice = once + once

    assert twice.value == pytest.approx(once.value)
    np.testing.assert_allclose(twice.leave_one_out().without, once.leave_one_out().without)


def test_different_metrics_cannot_be_pooled(judged):
    """Adding results of two different metrics, accuracy and correlation, raises an error."""
    ratings, labels = judged

    with pytest.raises(ComparisonsError, match="one metric over the same photos"):
        accuracy_sums(ratings, graph(labels)) + PAIR_METRICS["pearson"](ratings, graph(labels))


@pytest.mark.parametrize("ratings", [[0.1, 0.2], [0.1, np.nan, 0.3], [[0.1], [0.2], [0.3]]])
def test_ratings_must_be_one_finite_number_a_photo(ratings):
    """Ratings of a wrong length or shape, or with nan, are refused."""
    with pytest.raises(ComparisonsError, match="one finite number a photo, 3 in all"):
        pairwise_accuracy(ratings, Comparisons.from_scores([1.0, 2.0, 3.0]))


def test_clusters_must_be_one_code_a_photo():
    """Cluster codes whose number differs from the number of photos are refused with an error."""
    with pytest.raises(ComparisonsError, match="clusters must be one number a photo"):
        accuracy_sums([0.1, 0.2], Comparisons.from_scores([1.0, 2.0]), clusters=np.array([0]))
