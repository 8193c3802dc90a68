import numpy as np
import pytest
from PIL import Image

from photorank.rating.stability import (
    MAX_STEADY_FLIPS,
    OrderStability,
    embed_stability_copies,
    flips,
    steadiness,
)
from photorank.vectors.master import MasterVector
from tests.fixtures.colours import ColourEncoder


def test_flips_are_counted_over_all_pairs_of_forms():
    """Flip rate is how often altered copies of two photos are rated in the opposite order."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        first, second = rng.integers(0, 4, 7).astype(float), rng.integers(0, 4, 5).astype(float)
        order = np.sign(first[0] - second[0])
        expected = np.mean([abs(np.sign(a - b) - order) / 2 for a in first for b in second])

        assert flips(first, second) == pytest.approx(expected)


def test_swapping_the_photos_changes_no_flip():
    """The flip rate is the same if photos are swapped or all ratings are rescaled."""
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=7), rng.normal(size=7)

    assert flips(first, second) == flips(second, first) == flips(3 * first + 1, 3 * second + 1)


def test_photos_far_apart_never_flip():
    """If all variants of a photo rate above those of another photo, the flip rate is 0."""
    assert flips(np.array([5.0, 4.0]), np.array([1.0, 2.0])) == 0
    assert OrderStability((0.1, 0.1), MAX_STEADY_FLIPS).steady
    assert not OrderStability((0.1, 0.1), MAX_STEADY_FLIPS + 0.01).steady


def test_the_photos_own_embedding_is_the_first_of_its_forms():
    """Of the embeddings of a photo and its six altered copies, the first is the photo's own."""
    encoder = ColourEncoder()
    rng = np.random.default_rng(2)
    photo = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))

    forms = embed_stability_copies(photo, encoder)
    vector = MasterVector("v", "prompt", np.eye(48)[5], encoder.fingerprint)
    found = steadiness(vector, forms, forms)

    assert forms.shape == (7, 48)
    np.testing.assert_allclose(forms[0], encoder.encode_frames(encoder.prepare(photo).frames)[0])
    assert found.spreads[0] == pytest.approx(np.std(forms[:, 5], ddof=1))
