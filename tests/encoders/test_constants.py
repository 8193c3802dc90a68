"""Constants for computing embeddings, and the script that makes them."""

import numpy as np
import pytest

from photorank.encoders.constants import load_constants
from scripts.embedding_constants import fitted_constants, main_axes


def test_the_shipped_projections_are_orthonormal_and_scaled():
    """The encoder's projection matrix is orthonormal within the precision of 16-bit floats."""
    fixed = load_constants()
    head = fixed.head.astype(np.float64)
    np.testing.assert_allclose(head.T @ head, np.eye(512), atol=2e-3)
    assert fixed.stages.shape == (856, 256)
    assert (fixed.signal_deviations > 0).all()


def test_the_script_makes_them_from_features():
    """The script computes the built-in encoder's constants from features of photos."""
    draw = np.random.default_rng(0)
    features = np.abs(draw.normal(size=(900, 100))).astype(np.float32)
    signals = draw.normal(3, 2, size=(900, 32))
    signals[::7, 4] = np.nan
    made = fitted_constants(features, signals, last=60, head=24, stages=12)
    again = fitted_constants(features, signals, last=60, head=24, stages=12)
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one, other)
    unit = features[:, :60] / np.linalg.norm(features[:, :60], axis=1, keepdims=True)
    kept = (unit.astype(np.float64) @ made.head) ** 2
    values = np.linalg.svd(unit, compute_uv=False)
    assert kept.sum() == pytest.approx((values[:24] ** 2).sum(), rel=1e-5)
    stages = (features[:, 60:] - made.stage_means) @ made.stages
    assert abs((stages**2).sum(axis=1).mean() - 1) < 1e-6
    np.testing.assert_allclose(made.signal_means, np.nanmean(signals, axis=0))
    scaled = made.scaled(signals)
    assert np.isfinite(scaled).all()
    assert (scaled[::7, 4] == 0).all()


def test_axes_have_one_sign():
    """Reversing the order of a matrix's rows does not flip the signs of its principal axes."""
    rows = np.random.default_rng(1).normal(size=(60, 9)) * np.arange(1, 10)
    axes = main_axes(rows, 4)
    np.testing.assert_allclose(axes, main_axes(rows[::-1], 4), atol=1e-9)
    assert (axes[np.abs(axes).argmax(axis=0), np.arange(4)] > 0).all()
