import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import pearsonr

from photorank.comparisons.comparisons import Comparisons
from photorank.metrics.logistic import pearson_after_logistic
from photorank.metrics.ranking import pearson


@pytest.fixture
def bent():
    """Ratings, and noisy labels that follow the ratings along an S-shaped curve."""
    rng = np.random.default_rng(0)
    ratings = rng.normal(3, 2, 120)
    return ratings, 1 + 6 / (1 + np.exp(-(ratings - 3) / 0.4)) + 0.3 * rng.normal(size=120)


def test_it_is_the_correlation_on_the_best_curve(bent):
    """Pearson's correlation after the logistic fit equals the one after SciPy's curve fit."""
    ratings, labels = bent

    def curve(r, low, height, middle, width):
        return low + height / (1 + np.exp(-(r - middle) / width))

    best, _ = curve_fit(curve, ratings, labels, p0=[1, 6, 3, 1])

    value = pearson_after_logistic(ratings, Comparisons.from_scores(labels))

    assert value == pytest.approx(pearsonr(curve(ratings, *best), labels)[0], abs=1e-5)
    assert value > pearson(ratings, Comparisons.from_scores(labels)) + 0.02


def test_the_order_still_counts(bent):
    """Negated ratings negate the correlation: the logistic curve cannot mend a wrong order."""
    ratings, labels = bent
    comparisons = Comparisons.from_scores(labels)

    assert pearson_after_logistic(-ratings, comparisons) == pytest.approx(
        -pearson_after_logistic(ratings, comparisons)
    )


def test_scale_and_origin_do_not_matter(bent):
    """Scaled and shifted ratings have the same Pearson correlation after the logistic fit."""
    ratings, labels = bent
    comparisons = Comparisons.from_scores(np.append(labels, np.nan))
    more = np.append(ratings, 7.0)

    assert pearson_after_logistic(1e-4 * more + 50, comparisons) == pytest.approx(
        pearson_after_logistic(more, comparisons), abs=1e-6
    )


def test_what_pearson_leaves_undefined_stays_so():
    """The correlation is NaN if all ratings are equal or if all labels are equal."""
    scores = Comparisons.from_scores([1.0, 2.0, 3.0])

    assert np.isnan(pearson_after_logistic([1, 1, 1], scores))
    assert np.isnan(pearson_after_logistic([1, 2, 3], Comparisons.from_scores([2.0, 2.0, 2.0])))
    assert np.isnan(pearson_after_logistic([1, 2, 3], Comparisons.from_choices([0], [1], n=3)))
