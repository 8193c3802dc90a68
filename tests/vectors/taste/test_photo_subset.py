import numpy as np
import pytest

from photorank.index.judging.click_log import Clicks
from photorank.vectors.taste.photo_subset import PhotoSubset, some_rows, subset_in
from photorank.vectors.taste.population_prior import prior_in


@pytest.mark.slow
def test_of_many_photos_some_are_drawn_and_always_the_same():
    """Of a million photos, the same subset of 20,000 is drawn at every call."""
    rows = some_rows(1_000_000)
    assert len(np.unique(rows)) == 20_000
    np.testing.assert_array_equal(rows, some_rows(1_000_000))


def test_series_are_drawn_whole():
    """A subset drawn by series has only whole series, and no photo without a series."""
    series = np.repeat(np.arange(500), 3)
    series[::9] = -1
    rows = some_rows(len(series), series, most=300)
    assert 0 < len(rows) <= 300
    drawn = np.unique(series[rows])
    np.testing.assert_array_equal(rows, np.flatnonzero(np.isin(series, drawn)))
    assert drawn.min() >= 0


def test_what_was_judged_is_always_among_the_photos(index):
    """Judged photos that a subset lacks are added to the subset in the index's row order."""
    every = subset_in(index, np.ones(48) + np.arange(48))
    few = PhotoSubset.of_rows(index, every.prior, every.rows[::7])
    judged = np.array([1, 7, 30])
    more = few.including(index, judged)

    assert (np.diff(more.rows) > 0).all()
    np.testing.assert_allclose(more.Z, every.Z[more.rows], atol=1e-9)
    assert few.including(index, few.rows[:3]) is few
    said = Clicks(
        judged, judged[::-1], np.zeros(3), [""] * 3, np.empty((0, 2), int), judged, judged
    )
    np.testing.assert_array_equal(more.rows[more.clicks_in_subset(said).winners], judged)


def test_a_raters_subset_shares_photos_and_coordinates(index):
    """A photo subset that is adapted to one rater shares its arrays with the original subset."""
    shared = subset_in(index, np.ones(48))
    own = shared.of_rater(index, "ann")
    assert own.Z is shared.Z
    assert own.rows is shared.rows
    alone = prior_in(index, np.ones(48), rater="ann")
    np.testing.assert_array_equal(own.prior.covariance, alone.covariance)
    assert own.prior.noise == alone.noise
