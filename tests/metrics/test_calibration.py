import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from photorank.errors import ComparisonsError
from photorank.metrics.calibration import (
    brier,
    expected_calibration_error,
    reliability,
    risk_coverage,
)


@pytest.fixture
def calibrated():
    """Random probabilities, and outcomes drawn with these probabilities."""
    rng = np.random.default_rng(0)
    p = rng.random(4000)
    return p, (rng.random(4000) < p).astype(float)


def test_brier_is_scikit_learns(calibrated):
    """The Brier score, the mean squared error of win probabilities, equals scikit-learn's."""
    p, outcomes = calibrated

    assert brier(p, outcomes) == pytest.approx(brier_score_loss(outcomes, p))


def test_reliability_is_scikit_learns_curve(calibrated):
    """Reliability bins equal scikit-learn's calibration_curve and have Wilson intervals."""
    p, outcomes = calibrated

    rows = reliability(p, outcomes, bins=8)

    observed, predicted = calibration_curve(outcomes, p, n_bins=8)
    np.testing.assert_allclose([row.observed for row in rows], observed)
    np.testing.assert_allclose([row.predicted for row in rows], predicted)
    assert sum(row.n_pairs for row in rows) == len(p)
    wilson = binomtest(round(rows[2].observed * rows[2].n_pairs), rows[2].n_pairs).proportion_ci(
        method="wilson"
    )
    assert (rows[2].low, rows[2].high) == pytest.approx((wilson.low, wilson.high))


def test_calibrated_probabilities_have_little_error(calibrated):
    """The calibration error is near 0 for calibrated and above 0.15 for distorted probabilities."""
    p, outcomes = calibrated

    assert expected_calibration_error(p, outcomes) < 0.02
    assert expected_calibration_error(p**3, outcomes) > 0.15


def test_edges_belong_to_the_bin_above_and_one_to_the_last():
    """Probability 0 falls into the first bin and 1 into the last; an empty bin's value is NaN."""
    rows = reliability([0.0, 0.5, 1.0], [0, 1, 1], bins=4)

    assert [row.n_pairs for row in rows] == [1, 0, 1, 1]
    assert np.isnan(rows[1].observed)
    assert (rows[1].low, rows[1].high) == (0, 1)


def test_swapping_the_photos_changes_nothing(calibrated):
    """Swapping each pair's photos changes neither Brier score nor risk-coverage area."""
    p, outcomes = calibrated

    assert brier(1 - p, 1 - outcomes) == pytest.approx(brier(p, outcomes))
    np.testing.assert_allclose(
        risk_coverage(1 - p, 1 - outcomes).area, risk_coverage(p, outcomes).area, rtol=1e-3
    )


def test_risk_falls_with_coverage(calibrated):
    """If only the most confident predictions count, the error rate is lower than over all pairs."""
    p, outcomes = calibrated

    curve = risk_coverage(p, outcomes)

    assert curve.coverage[-1] == pytest.approx(1)
    assert curve.risk[-1] == pytest.approx(np.mean((p > 0.5) != outcomes))
    assert np.interp(0.3, curve.coverage, curve.risk) < curve.risk[-1] / 2
    assert curve.area < curve.risk[-1]
    assert (np.diff(curve.confidence) < 0).all()


def test_equal_confidence_is_answered_together():
    """Pairs of equal confidence are one point of the risk-coverage curve."""
    curve = risk_coverage([0.5, 0.5, 0.5], [1, 0, 1])

    assert (curve.coverage.tolist(), curve.risk.tolist(), curve.area) == ([1.0], [0.5], 0.5)


def test_no_pairs_are_nan():
    """If there are no pairs, calibration errors are NaN and the risk-coverage curve is empty."""
    assert np.isnan(brier([], []))
    assert np.isnan(expected_calibration_error([], []))
    assert len(risk_coverage([], []).risk) == 0


@pytest.mark.parametrize(
    ("p", "outcomes"),
    [([0.2, 1.2], [0, 1]), ([0.2, np.nan], [0, 1]), ([0.2, 0.3], [0, 2]), ([0.2], [0, 1])],
)
def test_what_is_no_probability_is_refused(p, outcomes):
    """Probabilities and outcomes that are out of range, nan or of unequal length are refused."""
    with pytest.raises(ComparisonsError, match=r"probabilities"):
        brier(p, outcomes)


def test_a_diagram_needs_a_bin():
    """A reliability diagram without bins is refused."""
    with pytest.raises(ComparisonsError, match="at least one bin"):
        reliability([0.5], [1], bins=0)
