import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from photorank.encoders.base import Fingerprint
from photorank.rating.probability import fit_slope, probability, slope_for, uncalibrated_slope
from photorank.vectors.master import Card, MasterVector


def test_the_two_probabilities_sum_to_one_and_swap():
    """P(first) + P(second) = 1, and swapping the photos swaps the two probabilities."""
    assert probability(0.2, 0.5, 3.0) + probability(0.5, 0.2, 3.0) == pytest.approx(1)
    assert probability(0.4, 0.4, 100.0) == 0.5
    assert probability(1e9, -1e9, 1e9) == 1.0


def test_slope_is_the_maximum_likelihood_one():
    """The slope fitted to rating differences is that of a logistic regression without intercept."""
    rng = np.random.default_rng(0)
    gap = rng.normal(size=5000) * 0.01
    won = rng.random(5000) < expit(150 * gap)
    differences = np.where(won, gap, -gap)
    oracle = LogisticRegression(C=np.inf, fit_intercept=False).fit(gap[:, None] * 100, won)

    assert fit_slope(differences) == pytest.approx(oracle.coef_[0, 0] * 100, rel=0.01)
    assert fit_slope(differences) == pytest.approx(150, rel=0.1)


def test_slope_counts_weights():
    """The function fit_slope treats a judgement of weight 2 like two judgements of weight 1."""
    differences = np.array([0.3, -0.1, 0.2])

    twice = fit_slope(np.append(differences, 0.3))

    assert fit_slope(differences, np.array([2.0, 1, 1])) == pytest.approx(twice, rel=1e-4)


def test_certainty_is_not_learned_from_ten_judgements():
    """After ten correct judgements out of ten, a predicted probability is still below 0.99."""
    slope = fit_slope(np.full(10, 0.1))

    assert 0.8 < probability(0.1, 0.0, slope) < 0.99


@pytest.mark.parametrize("differences", [np.array([]), np.zeros(5), np.array([-0.2, -0.1, -0.3])])
def test_useless_ratings_have_slope_zero(differences):
    """If ratings do not predict people's judgements, the probability model has a slope of 0."""
    assert fit_slope(differences) == 0


def test_one_standard_deviation_of_differences_is_one_logit():
    """Without calibration, rating differences of one standard deviation give log-odds of 1."""
    ratings = np.random.default_rng(0).normal(scale=0.02, size=400)
    differences = ratings[:, None] - ratings[None]

    assert uncalibrated_slope(ratings) * differences.std() == pytest.approx(1)
    assert uncalibrated_slope(np.ones(3)) == 0


def test_which_slope_is_used():
    """If a vector has its own slope, that slope is used; otherwise a default slope is used."""
    ratings = np.array([0.0, 1.0])

    def vector(kind, slope=None):
        space = Fingerprint("embedded", "0" * 64, "whole", 224)
        card = Card(source="choices by ann")
        return MasterVector("mine", kind, np.array([2.0, 0.0]), space, slope=slope, card=card)

    fitted = slope_for(vector("all-pairs", 3.0), ratings, 100.0)
    words = slope_for(vector("prompt"), ratings, 100.0)
    other = slope_for(vector("all-pairs"), ratings, 100.0)

    assert fitted.reason.endswith("(choices by ann)")

    assert (fitted.value, fitted.calibrated) == (3.0, True)
    assert (words.value, words.calibrated) == (50.0, False)
    assert (other.value, other.calibrated) == (pytest.approx(2**0.5), False)
