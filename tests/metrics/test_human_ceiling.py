import numpy as np
import pytest
from scipy.stats import spearmanr

from photorank.comparisons.comparisons import Comparisons
from photorank.errors import ComparisonsError
from photorank.metrics.human_ceiling import RaterTable, human_ceiling
from photorank.metrics.ranking import pairwise_accuracy


def table(noise, *, n=60, raters=10, seed=0):
    """Simulated table of raters' scores, each the true beauty of a photo plus noise."""
    rng = np.random.default_rng(seed)
    photos, people = np.divmod(np.arange(n * raters), raters)
    scores = rng.normal(size=n)[photos] + noise * rng.normal(size=n * raters)
    return RaterTable(photos, people, scores, n)


def test_people_who_agree_have_a_high_ceiling():
    """The human ceiling is 1 for raters without noise, and at guessing level for pure noise."""
    unanimous, noise = human_ceiling(table(0), seed=0), human_ceiling(table(1e3), seed=0)

    assert unanimous.split_half_accuracy.value == unanimous.one_rater_accuracy.value == 1
    assert noise.split_half_accuracy.low < 0.5 < noise.split_half_accuracy.high
    assert noise.one_rater_spearman.low < 0 < noise.one_rater_spearman.high


def test_halves_of_two_raters_are_the_raters():
    """If two people rated all photos, the human ceiling equals the agreement between the two."""
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 30))
    both = RaterTable(
        np.tile(np.arange(30), 2), np.repeat([7, 9], 30), np.concatenate([one, other]), 30
    )

    ceiling = human_ceiling(both, splits=1, seed=0)

    accuracy = pairwise_accuracy(one, Comparisons.from_scores(other))
    assert ceiling.one_rater_accuracy.value == pytest.approx(accuracy)
    assert ceiling.one_rater_spearman.value == pytest.approx(spearmanr(one, other)[0])
    assert ceiling.one_rater_accuracy.n_pairs == 2 * 435


def test_halves_agree_more_than_single_raters():
    """Mean scores of two halves of the raters agree more than the scores of two raters."""
    ceiling = human_ceiling(table(1.0), seed=0)

    assert ceiling.split_half_accuracy.value > ceiling.one_rater_accuracy.value
    for estimate in (ceiling.split_half_spearman, ceiling.one_rater_spearman):
        assert estimate.low < estimate.value < estimate.high
    assert ceiling.split_half_accuracy.n_photos == 60


def test_photos_with_one_rater_are_left_out():
    """Photos with one rater are ignored; if every photo has one rater, the ceiling is NaN."""
    pairs = table(1.0, n=20, raters=4)
    lonely = RaterTable(
        np.append(pairs.photos, 20), np.append(pairs.raters, 0), np.append(pairs.scores, 9.0), 21
    )
    alone = RaterTable(np.arange(5), np.arange(5), np.arange(5.0), 5)

    assert human_ceiling(lonely, seed=0).split_half_accuracy.n_photos == 20
    ceiling = human_ceiling(alone, seed=0)
    assert np.isnan(ceiling.split_half_accuracy.value)
    assert np.isnan(ceiling.one_rater_accuracy.value)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(([0, 1], [0], [1.0, 2.0], 2), id="lengths"),
        pytest.param(([0, 5], [0, 1], [1.0, 2.0], 2), id="rows"),
        pytest.param(([0, 1], [0, 1], [1.0, np.nan], 2), id="nan"),
        pytest.param(([], [], [], 2), id="nothing"),
    ],
)
def test_broken_tables_are_refused(broken):
    """A rater table with unequal lengths, invalid rows or scores, or no rows is refused."""
    photos, raters, scores, n = broken
    columns = (np.array(photos, int), np.array(raters, int), np.array(scores))

    with pytest.raises(ComparisonsError):
        human_ceiling(RaterTable(*columns, n), seed=0)
