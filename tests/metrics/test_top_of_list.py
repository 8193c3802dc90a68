import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.top_of_list import (
    album_regret_at_k,
    album_regret_by_block,
    ndcg,
    ndcg_by_block,
    precision_at_k,
    precision_by_block,
)

BY_BLOCK = [ndcg_by_block, precision_by_block, album_regret_by_block]


@pytest.mark.parametrize("k", [None, 1, 7, 50])
@pytest.mark.parametrize("ties", [False, True])
def test_ndcg_is_scikit_learns(k, ties):
    """NDCG equals scikit-learn's if a photo's gain is its label minus the lowest label."""
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 6, 30).astype(float)
    ratings = labels + 2 * rng.normal(size=30)
    ratings = np.round(ratings) if ties else ratings

    value = ndcg(ratings, Comparisons.from_scores(labels), k)

    assert value == pytest.approx(ndcg_score([labels - labels.min()], [ratings], k=k))


def test_lists_are_the_blocks():
    """Each fold is a list of its own, and a top-of-list metric is the mean over the folds."""
    rng = np.random.default_rng(1)
    labels, ratings = rng.normal(size=(2, 40))
    folds = np.arange(40) % 4
    comparisons = Comparisons.from_scores(labels).restricted(folds, "within")

    for by_block in BY_BLOCK:
        values = by_block(ratings, comparisons, 3)
        alone = [
            by_block(ratings[folds == f], Comparisons.from_scores(labels[folds == f]), 3)
            for f in range(4)
        ]
        if by_block is not ndcg_by_block:  # whose gains count from the lowest label of all
            np.testing.assert_allclose(values, np.concatenate(alone))
        assert len(values) == 4
    assert ndcg(ratings, comparisons, 3) == pytest.approx(
        ndcg_by_block(ratings, comparisons, 3).mean()
    )


def test_oracle_and_chance():
    """If ratings equal labels, top-of-list metrics are 1; constant ratings score like guessing."""
    labels = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 5.0])
    comparisons = Comparisons.from_scores(labels)
    constant = np.zeros(6)

    for metric in (ndcg, precision_at_k, album_regret_at_k):
        assert metric(labels, comparisons, 3) == pytest.approx(1)
    assert precision_at_k(constant, comparisons, 2) == pytest.approx(2 / 6)
    assert album_regret_at_k(constant, comparisons, 2) == pytest.approx(0)
    assert album_regret_at_k(-labels, comparisons, 2) < 0


@pytest.mark.slow
def test_constant_ratings_are_the_mean_over_all_orders():
    """If all ratings are equal, a metric has its mean value over all orders of the photos."""
    rng = np.random.default_rng(2)
    labels = rng.normal(size=12)
    comparisons = Comparisons.from_scores(labels)
    orders = [rng.permutation(12).astype(float) for _ in range(3000)]

    for metric in (ndcg, precision_at_k, album_regret_at_k):
        drawn = [metric(order, comparisons, 4) for order in orders]
        assert np.mean(drawn) == pytest.approx(metric(np.zeros(12), comparisons, 4), abs=0.02)


def test_an_album_is_judged_by_its_mean_label():
    """An album's score is 0 for an average mean label and 1 for the best possible mean label."""
    comparisons = Comparisons.from_scores([0.0, 1.0, 2.0, 5.0])

    value = album_regret_at_k([0.1, 0.3, 0.2, 0.4], comparisons, 2)

    assert value == pytest.approx((3 - 2) / (3.5 - 2))


def test_short_lists_leave_no_choice():
    """If an album has room for every photo, its regret is NaN."""
    comparisons = Comparisons.from_scores([0.0, 1.0, 2.0])

    assert np.isnan(album_regret_at_k([0.1, 0.2, 0.3], comparisons, 3))
    assert precision_at_k([0.3, 0.2, 0.1], comparisons, 9) == pytest.approx(1)


@pytest.mark.parametrize("by_block", BY_BLOCK)
def test_without_a_list_there_is_no_value(by_block):
    """If photos have no labels or all the same label, top-of-list metrics have no value."""
    ratings = np.array([0.1, 0.2, 0.3])
    scores = Comparisons.from_scores([1.0, 2.0, 3.0])

    for comparisons in (
        Comparisons.from_choices([0, 1], [1, 2], n=3),
        scores.restricted(np.array([0, 0, 1]), "across"),
        scores.restricted(np.array([0, 1, 2]), "within"),
        Comparisons.from_scores([2.0, 2.0, 2.0]),
        Comparisons.from_scores([np.nan] * 3),
    ):
        assert len(by_block(ratings, comparisons, 1)) == 0
    assert np.isnan(ndcg(ratings, Comparisons.from_scores([2.0, 2.0, 2.0])))


def test_k_must_be_a_place():
    """Precision at k is refused with an error if k is 0."""
    with pytest.raises(ComparisonsError, match="at least 1, not 0"):
        precision_at_k([0.1, 0.2], Comparisons.from_scores([1.0, 2.0]), 0)
