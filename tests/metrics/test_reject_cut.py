import numpy as np
import pytest
from scipy.stats import binomtest, norm

from photorank.errors import TooFewKeepersError
from photorank.metrics.reject_cut import keepers_needed, reject_cut


@pytest.mark.parametrize(("m", "lost"), [(59, 0.05), (100, 0.05), (400, 0.1), (1000, 0.02)])
def test_the_cut_is_the_highest_whose_exact_bound_holds(m, lost):
    """The rating threshold for rejection is as high as the limit on lost good photos allows."""
    cut = reject_cut(np.arange(m, dtype=float), lost=lost)

    def upper(below):
        return binomtest(below, m, alternative="less").proportion_ci(0.95, "exact").high

    assert cut.n_lost == cut.rating  # of ratings 0 … m − 1
    assert upper(cut.n_lost) <= lost < upper(cut.n_lost + 1)


@pytest.mark.parametrize(("lost", "confidence"), [(0.05, 0.95), (0.01, 0.95), (0.2, 0.99)])
def test_fewer_keepers_than_any_cut_needs_are_refused(lost, confidence):
    """If good photos are too few for a threshold, an error tells how many are needed."""
    needed = keepers_needed(lost, confidence)
    assert (1 - lost) ** needed <= 1 - confidence < (1 - lost) ** (needed - 1)
    with pytest.raises(TooFewKeepersError, match=f"^{needed} keepers.*there are {needed - 1} "):
        reject_cut(np.zeros(needed - 1), lost=lost, confidence=confidence)
    cut = reject_cut(np.arange(needed, dtype=float), lost=lost, confidence=confidence)
    assert (cut.rating, cut.n_lost) == (0.0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("m", "lost"), [(60, 0.05), (150, 0.05), (300, 0.1)])
def test_at_most_the_promised_share_is_lost_as_often_as_promised(m, lost):
    """About 95 % of 4,000 rejection thresholds lose at most the allowed share of good photos."""
    rng = np.random.default_rng(0)
    cuts = np.array([reject_cut(rng.normal(size=m), lost=lost).rating for _ in range(4000)])
    held = (norm.cdf(cuts) <= lost).mean()
    assert held > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 4000)
    assert held < 0.985


def clustered(rng, clusters, size, share):
    """Ratings and cluster codes, with the given share of variance between the clusters."""
    codes = np.repeat(np.arange(clusters), size)
    common = np.sqrt(share) * rng.normal(size=clusters)[codes]
    return common + np.sqrt(1 - share) * rng.normal(size=len(codes)), codes


@pytest.mark.slow
def test_shots_of_one_moment_are_one_keeper():
    """Good photos of one series count as one observation when the rejection threshold is set."""
    rng = np.random.default_rng(1)
    naive, honest = [], []
    for _ in range(1000):
        ratings, codes = clustered(rng, clusters=80, size=6, share=0.9)
        naive.append(reject_cut(ratings).rating)
        honest.append(reject_cut(ratings, clusters=codes).rating)
    assert (norm.cdf(naive) <= 0.05).mean() < 0.9
    assert (norm.cdf(honest) <= 0.05).mean() > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 1000)


def test_photos_on_their_own_are_their_own_clusters():
    """Each photo with the cluster code −1 counts as a cluster of its own."""
    ratings = np.random.default_rng(0).normal(size=200)
    alone = reject_cut(ratings, clusters=np.full(200, -1))
    assert alone == reject_cut(ratings)
    pairs = np.arange(200) // 2
    assert reject_cut(ratings, clusters=pairs).n_keepers == 100
    assert reject_cut(ratings, clusters=pairs) == reject_cut(ratings, clusters=pairs)
    assert reject_cut(ratings, clusters=pairs) != reject_cut(ratings, clusters=pairs, seed=1)


def test_equal_ratings_are_not_cut_apart():
    """The rejection threshold does not separate good photos that have equal ratings."""
    assert reject_cut(np.repeat([0.0, 1.0], 100)).n_lost == 0


@pytest.mark.parametrize("wrong", [0, 1, -0.1])
def test_shares_lie_between_0_and_1(wrong):
    """An allowed share of lost good photos that is not between 0 and 1 is refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        reject_cut(np.arange(100.0), lost=wrong)
