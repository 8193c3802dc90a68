import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp, ttest_rel

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError, counted
from photorank.json_values import to_json
from photorank.metrics.estimates import Difference, Estimate
from photorank.metrics.jackknife_intervals import LeaveOneOut, jackknife, paired_difference
from photorank.metrics.ranking import PAIR_METRICS, accuracy_sums
from photorank.metrics.refitting_intervals import (
    corrected_jackknife,
    corrected_resampled,
    corrected_resampled_difference,
)

COUNTS = {"n_photos": 10, "n_pairs": 45}


def photos(design, n=300):
    """Simulated ratings, labels and clusters (or None) for the given study design."""
    rng = np.random.default_rng(5)
    clusters = None
    labels, noise = rng.normal(size=(2, n))
    if design == "tiers":
        labels = rng.choice(3, size=n, p=[0.9, 0.05, 0.05]).astype(float)
    if design == "clusters":
        clusters = rng.integers(40, size=n)
        labels = labels + rng.normal(size=40)[clusters]
        noise = noise + rng.normal(size=40)[clusters]
    return labels + 1.5 * noise, labels, clusters


def bootstrap(metric, n, *, rounds, seed, clusters):
    """Bootstrap values of a metric, from resampled photos or resampled clusters."""
    rng = np.random.default_rng(seed)
    members = np.arange(n)[:, None]
    if clusters is not None:
        members = [np.flatnonzero(clusters == cluster) for cluster in np.unique(clusters)]
    draws = rng.integers(len(members), size=(rounds, len(members)))
    return np.array([metric(np.concatenate([members[i] for i in draw])) for draw in draws])


@pytest.mark.slow
@pytest.mark.parametrize("design", ["photos", "tiers", "clusters"])
@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_jackknife_agrees_with_the_bootstrap(design, metric):
    """Jackknife standard errors are within 20 % of the bootstrap's, for photos and clusters."""
    ratings, labels, clusters = photos(design)
    sums = PAIR_METRICS[metric]

    loo = sums(ratings, Comparisons.from_scores(labels), clusters=clusters).leave_one_out()
    error = np.sqrt(((loo.without - loo.without.mean()) ** 2).sum())
    drawn = bootstrap(
        lambda rows: sums(ratings[rows], Comparisons.from_scores(labels[rows]), couples=0).value,
        len(labels),
        rounds=200,
        seed=0,
        clusters=clusters,
    )

    assert error == pytest.approx(drawn.std(), rel=0.2)


def test_jackknife_of_a_mean_is_students_interval():
    """For a mean near 0.5, the jackknife interval equals Student's t interval."""
    values = np.random.default_rng(0).normal(0.5, 1e-3, 30)
    loo = LeaveOneOut(values.mean(), (values.sum() - values) / 29)

    estimate = jackknife(loo, **COUNTS)

    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(expected), abs=2e-6)


@pytest.mark.parametrize("metric", PAIR_METRICS)
def test_intervals_stay_inside_the_metric_s_range(metric):
    """If a metric is almost perfect, its interval is asymmetric and stays below 1."""
    labels = np.arange(12.0)
    ratings = labels.copy()
    ratings[[0, 1]] = ratings[[1, 0]]

    sums = PAIR_METRICS[metric](ratings, Comparisons.from_scores(labels))
    estimate = jackknife(sums.leave_one_out(), **COUNTS)

    assert sums.floor < estimate.low < estimate.value < estimate.high < 1
    assert estimate.value - estimate.low > estimate.high - estimate.value


def test_perfect_agreement_is_not_certainty():
    """The confidence interval of an accuracy of 1 reaches below 1."""
    labels = np.arange(20.0)
    perfect = accuracy_sums(labels, Comparisons.from_scores(labels)).leave_one_out()
    opposite = accuracy_sums(-labels, Comparisons.from_scores(labels)).leave_one_out()

    best, worst = jackknife(perfect, **COUNTS), jackknife(opposite, **COUNTS)

    assert (best.value, best.high) == (1, 1)
    assert best.low == pytest.approx(0.025 ** (1 / 10))
    assert (worst.value, worst.low) == (0, 0)
    assert worst.high == pytest.approx(1 - best.low)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_photos_have_no_interval(n):
    """If there are too few photos for an interval, its limits are NaN, and null in JSON."""
    comparisons = Comparisons.from_scores(np.arange(float(n)))

    estimate = jackknife(
        accuracy_sums(np.arange(n), comparisons).leave_one_out(), n_photos=n, n_pairs=n // 2
    )

    assert np.isnan([estimate.low, estimate.high]).all()
    assert to_json(estimate)["low"] is None
    assert to_json(estimate)["value"] == (1.0 if n == 2 else None)
    assert str(estimate).endswith(f"(n={counted(n, 'photo')})")


def test_one_cluster_has_no_interval():
    """If all photos are in one cluster, the limits of the interval are NaN."""
    comparisons = Comparisons.from_scores([1.0, 2.0, 3.0])
    sums = accuracy_sums([1.0, 3.0, 2.0], comparisons, clusters=np.array([4, 4, 4]))

    estimate = jackknife(sums.leave_one_out(), n_photos=3, n_pairs=3)

    assert estimate.value == pytest.approx(2 / 3)
    assert np.isnan(estimate.low)


def test_paired_difference_is_narrower_than_either():
    """The accuracy difference between two similar ratings is more certain than either accuracy."""
    ratings, labels, _ = photos("photos")
    comparisons = Comparisons.from_scores(labels)
    similar = ratings + 0.1 * np.random.default_rng(1).normal(size=len(labels))
    a, b = (accuracy_sums(r, comparisons).leave_one_out() for r in (ratings, similar))

    difference = paired_difference(a, b)
    alone = jackknife(a, n_photos=300, n_pairs=comparisons.n_pairs)

    assert difference.high - difference.low < (alone.high - alone.low) / 3
    assert difference.low <= a.value - b.value <= difference.high


def test_paired_difference_is_a_paired_t_test():
    """The paired difference of two means has the p-value and interval of a paired t-test."""
    a, b = np.random.default_rng(0).normal(0.5, 0.1, (2, 25))
    loo = [LeaveOneOut(v.mean(), (v.sum() - v) / 24) for v in (a, b)]

    difference = paired_difference(*loo)

    test = ttest_rel(a, b)
    assert difference.p == pytest.approx(test.pvalue)
    assert (difference.low, difference.high) == pytest.approx(tuple(test.confidence_interval()))


def test_what_single_pairs_add_is_counted_once():
    """Independent noise of pairs counts once, so the interval is as wide as a binomial interval."""
    first, second = np.triu_indices(80, 1)
    ratios = []
    for seed in range(10):
        right = np.random.default_rng(seed).random(len(first)) < 0.7
        winners, losers = np.where(right, first, second), np.where(right, second, first)
        graph = Comparisons.from_choices(winners, losers, n=80)
        sums = accuracy_sums(-np.arange(80.0), graph)
        estimate = jackknife(sums.leave_one_out(), n_photos=80, n_pairs=graph.n_pairs)
        assert estimate.value == pytest.approx(right.mean())
        ratios.append((estimate.high - estimate.low) / 2 / (1.99 * np.sqrt(0.21 / len(first))))

    assert np.mean(ratios) == pytest.approx(1.0, rel=0.08)


def test_clusters_that_are_not_compared_need_no_correction():
    """If no pair of photos links two clusters, the interval needs no correction for such pairs."""
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(8), 12)
    labels, noise = rng.normal(size=(2, 96))
    inside = Comparisons.from_scores(labels, within=clusters)

    corrected = accuracy_sums(labels + noise, inside, clusters=clusters).leave_one_out()
    plain = accuracy_sums(labels + noise, inside, clusters=clusters, couples=0).leave_one_out()

    assert len(corrected.between) == 28
    assert jackknife(corrected, **COUNTS) == jackknife(plain, **COUNTS)


def test_few_units_that_matter_widen_the_interval():
    """If only a few photos affect a metric, the metric's confidence interval is wider."""
    spread = np.random.default_rng(0).normal(0, 1e-3, 100)
    even = LeaveOneOut(0.75, 0.75 + spread)
    few = LeaveOneOut(0.75, 0.75 + np.where(np.arange(100) < 4, spread, 0) * 5)
    widths = []

    for loo in (even, few):
        estimate = jackknife(loo, **COUNTS)
        error = np.sqrt(99 / 100 * ((loo.without - loo.without.mean()) ** 2).sum())
        widths.append((estimate.high - estimate.low) / 2 / error)

    assert widths[0] == pytest.approx(1.984, rel=0.01)  # t with 99 degrees of freedom
    assert widths[1] == pytest.approx(2.776, rel=0.02)  # t with 4


def test_differences_are_antisymmetric():
    """If two sets of ratings are swapped, the difference between their accuracies changes sign."""
    ratings, labels, _ = photos("tiers")
    comparisons = Comparisons.from_scores(labels)
    a, b = (accuracy_sums(r, comparisons).leave_one_out() for r in (ratings, labels + ratings))

    ab, ba = paired_difference(a, b), paired_difference(b, a)

    assert (ab.value, ab.low, ab.high, ab.p) == pytest.approx((-ba.value, -ba.high, -ba.low, ba.p))


def test_a_rating_equals_itself():
    """The difference between a rating and itself is 0, with a p-value of 1 instead of NaN."""
    ratings, labels, _ = photos("photos")
    loo = accuracy_sums(ratings, Comparisons.from_scores(labels)).leave_one_out()

    assert paired_difference(loo, loo) == Difference(0.0, 0.0, 0.0, 1.0)


def test_perfection_on_few_photos_proves_little():
    """A perfect order of six photos is not significantly better than constant ratings."""
    labels = np.arange(6.0)
    comparisons = Comparisons.from_scores(labels)
    perfect, constant = (
        accuracy_sums(r, comparisons).leave_one_out() for r in (labels, np.zeros(6))
    )

    difference = paired_difference(perfect, constant)

    assert difference.value == 0.5
    assert difference.low < 0 < difference.high
    assert difference.p == 2 * 0.5**1.5  # half of three pairs


def test_differences_need_the_same_units():
    """A paired difference of metrics over different numbers of photos is refused."""
    with pytest.raises(ComparisonsError, match="same photos on both sides"):
        paired_difference(LeaveOneOut(0.5, np.zeros(3)), LeaveOneOut(0.5, np.zeros(4)))


def test_corrected_resampled_is_the_published_formula():
    """The interval that corrected_resampled computes follows the published formula."""
    folds = np.array([0.7, 0.8, 0.75, 0.77, 0.71])

    estimate = corrected_resampled(folds, test_to_train=0.25, n_photos=50, n_pairs=200)

    reach = 2.776445105 * np.sqrt((1 / 5 + 0.25) * folds.var(ddof=1))
    assert estimate.value == pytest.approx(folds.mean())
    assert (estimate.low, estimate.high) == pytest.approx(
        (folds.mean() - reach, folds.mean() + reach)
    )
    assert estimate.method == "corrected resampled"


def test_splitting_the_same_photos_again_is_no_new_evidence():
    """Repeats of the folds are not counted as independent evidence when computing an interval."""
    folds = np.array([0.7, 0.8, 0.75, 0.77, 0.71] * 3)

    estimate = corrected_resampled(folds, test_to_train=0.25, repeats=3, **COUNTS)
    difference = corrected_resampled_difference(
        folds, 0 * folds, test_to_train=0.25, repeats=3, n_photos=50
    )

    reach = 2.144786688 * np.sqrt((1 / 5 + 0.25) * folds.var(ddof=1))
    assert estimate.high - estimate.value == pytest.approx(reach)
    assert difference.high - difference.value == pytest.approx(reach)


def test_folds_that_agree_do_not_make_a_number_certain():
    """Folds that all agree get an exact binomial interval from the disjoint pairs, not a point."""
    perfect = corrected_resampled([1.0] * 30, test_to_train=1 / 9, n_photos=40, n_pairs=60)
    middling = corrected_resampled([2 / 3] * 3, test_to_train=1 / 2, n_photos=6, n_pairs=3)
    lead = corrected_resampled_difference([1.0] * 30, [0.9] * 30, test_to_train=1 / 9, n_photos=40)

    assert (perfect.low, perfect.high) == (pytest.approx(0.025 ** (1 / 20)), 1.0)
    exact = binomtest(2, 3).proportion_ci(method="exact")
    assert (middling.low, middling.high) == pytest.approx((exact.low, exact.high))
    assert lead.low < 0.0 < lead.high < 0.4
    assert lead.p == 2 * 0.5**2  # two of the twenty pairs tell the two apart


def test_corrected_resampled_leaves_out_undefined_folds():
    """A confidence interval from cross-validation folds ignores folds whose metric is NaN."""
    with_gap = corrected_resampled([0.7, np.nan, 0.8], test_to_train=0.5, **COUNTS)
    without = corrected_resampled([0.7, 0.8], test_to_train=0.5, **COUNTS)
    single = corrected_resampled([0.7, np.nan], test_to_train=0.5, **COUNTS)
    none = corrected_resampled([np.nan], test_to_train=0.5, **COUNTS)

    assert with_gap == without
    assert (without.low, without.high) == (0.0, 1.0)  # clipped to the metric's range
    assert single.value == 0.7
    assert np.isnan([single.low, single.high, none.value, none.low]).all()


@pytest.mark.parametrize(("floor", "most"), [(0.0, 1.0), (-1.0, 2.0)])
def test_a_difference_over_two_folds_stays_within_what_is_possible(floor, most):
    """The confidence interval of two models' difference includes no impossible values."""
    asked = {"test_to_train": 1.0, "floor": floor, "n_photos": 40}
    lead = corrected_resampled_difference([0.9, 0.6], [0.5, 0.5], **asked)
    assert (lead.low, lead.high) == (-most, most)
    assert 0 < lead.p < 1
    alike = corrected_resampled_difference([floor] * 2, [1.0] * 2, **asked)
    assert (alike.value, alike.low) == (-most, -most)
    assert np.isnan(corrected_resampled_difference([0.9], [0.5], **asked).low)


def test_corrected_resampled_difference_is_of_the_same_folds():
    """The confidence interval of two models' difference uses the difference in each test fold."""
    b, a = np.random.default_rng(0).normal([[0.3], [0.5]], 0.01, (2, 30))

    difference = corrected_resampled_difference(a, b, test_to_train=1 / 9, n_photos=50)
    estimate = corrected_resampled(a - b, test_to_train=1 / 9, **COUNTS)

    assert (difference.low, difference.high) == pytest.approx((estimate.low, estimate.high))
    assert difference.p < 1e-6
    with pytest.raises(ComparisonsError, match="same folds"):
        corrected_resampled_difference(a, b[1:], test_to_train=1 / 9, n_photos=50)


def test_digits_follow_from_the_error():
    """An estimate and its limits are rounded to two digits of the uncertainty."""
    assert (
        str(Estimate(0.74213, 0.7399, 0.7443, 9, 9, "")) == "0.7421 [0.7399, 0.7443] (n=9 photos)"
    )
    assert str(Estimate(0.74213, 0.1, 0.99, 9, 9, "")) == "0.74 [0.10, 0.99] (n=9 photos)"
    assert str(Estimate(0.7, 0.7, 0.7, 9, 9, "")) == "0.700 [0.700, 0.700] (n=9 photos)"
    assert str(Estimate(np.nan, np.nan, np.nan, 0, 0, "")) == "nan [nan, nan] (n=0 photos)"


def test_the_jackknife_over_folds_of_a_mean_is_the_mean_of_folds():
    """For a mean over folds of equal size, corrected_jackknife and corrected_resampled agree."""
    rng = np.random.default_rng(3)
    errors, fold = rng.random(60), np.arange(60) % 5
    ours = corrected_jackknife(
        lambda kept: float(errors[kept].mean()), fold, test_to_train=0.25, n_photos=50
    )
    theirs = corrected_resampled(
        [errors[fold == one].mean() for one in range(5)],
        test_to_train=0.25,
        n_photos=50,
        n_pairs=60,
    )
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (theirs.value, theirs.low, theirs.high)
    )
    assert (ours.n_photos, ours.n_pairs) == (50, 60)


def test_the_jackknife_over_folds_stays_between_0_and_1_and_says_what_it_does_not_know():
    """The jackknife interval's limits lie between 0 and 1, or are NaN if not computable."""
    outcomes, fold = np.array([1.0, 1, 1, 0]), np.array([0, 1, 2, 3])
    estimate = corrected_jackknife(
        lambda kept: float(outcomes[kept].mean()), fold, test_to_train=1 / 3, n_photos=8
    )
    assert (estimate.value, estimate.high) == (0.75, 1.0)
    alone = corrected_jackknife(
        lambda kept: float(outcomes[kept & (fold == 3)].mean()) if kept[3] else np.nan,
        fold,
        test_to_train=1 / 3,
        n_photos=8,
    )
    assert alone.value == 0
    assert np.isnan([alone.low, alone.high]).all()


def units(value, spread, seed):
    """Simulated leave-one-out values of a metric, one for each of 20 units left out."""
    deviations = np.random.default_rng(seed).normal(size=20)
    return LeaveOneOut(value, value + spread * (deviations - deviations.mean()))


def test_a_difference_from_perfect_is_known_no_better_than_perfection_itself():
    """A difference from a perfect metric value is at least as uncertain as the perfect value."""
    perfect, good = LeaveOneOut(1.0, np.ones(20)), units(0.97, 0.004, 1)
    lead = paired_difference(perfect, good)
    alone = jackknife(perfect, **COUNTS)
    assert lead.value - lead.low > 1 - alone.low
    assert lead.low < 0 < lead.high
    assert lead.p > 0.05
    tie = paired_difference(perfect, LeaveOneOut(1.0, np.ones(20)))
    assert (tie.value, tie.low, tie.p) == (0.0, -tie.high, 1.0)
    assert tie.high == pytest.approx(np.hypot(1 - alone.low, 0))


@pytest.mark.parametrize("values", [(0.97, 0.9), (0.75, 0.7), (1.0, 0.98)])
def test_turning_a_difference_round_mirrors_it(values):
    """Swapping the two compared metrics mirrors the confidence interval and keeps the p-value."""
    a, b = (units(value, 0.005 * (value < 1), seed) for seed, value in enumerate(values))
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert (there.low, there.high, there.p) == pytest.approx((-back.high, -back.low, back.p))
    assert (there.p < 0.05) == (there.low > 0)


def test_near_perfection_a_difference_has_more_room_on_the_side_of_doubt():
    """If two accuracies are near 1, the interval of their difference is wider on the low side."""
    a, b = units(0.98, 0.01, 1), units(0.90, 0.01, 2)
    lead = paired_difference(a, b)
    assert lead.value - lead.low > 1.05 * (lead.high - lead.value)
    assert lead.high <= 1
