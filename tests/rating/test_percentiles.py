import numpy as np
import pytest
from scipy.stats import percentileofscore

from photorank.rating.percentiles import percentiles, percentiles_among


def test_percentiles_are_scipys_mean_rank():
    """Percentiles equal SciPy's `percentileofscore` with `kind="mean"`, also for tied ratings."""
    ratings = np.random.default_rng(0).integers(0, 6, 40).astype(float)

    expected = [percentileofscore(ratings, rating, kind="mean") for rating in ratings]

    np.testing.assert_allclose(percentiles(ratings), expected)


def test_a_new_photo_is_placed_among_the_collection():
    """A new photo has percentile 0 if rated below all others, and 100 if rated above all."""
    collection = np.array([1.0, 2.0, 3.0, 4.0])

    assert percentiles_among(np.array([0.0, 2.5, 9.0]), collection).tolist() == [0, 50, 100]


def test_what_has_no_rating_has_no_percentile():
    """A photo whose rating is NaN has the percentile NaN."""
    standing = percentiles_among(np.array([np.nan, 0.5]), np.array([0.1, 0.9]))
    assert standing.tolist() == pytest.approx([np.nan, 50], nan_ok=True)


def test_an_increasing_map_changes_no_percentile():
    """Percentiles depend only on the order of the ratings."""
    ratings = np.random.default_rng(0).normal(size=20)

    assert percentiles(np.exp(ratings)) == pytest.approx(percentiles(ratings))


def test_a_photo_embedded_anew_stands_where_it_stood():
    """Rounding differences in the last bits of a rating do not change its percentile."""
    collection = np.array([0.1, 0.2, 0.3, 0.4])
    for shift in (-1e-8, 1e-8):
        np.testing.assert_array_equal(
            percentiles_among(collection + shift, collection), percentiles(collection)
        )
