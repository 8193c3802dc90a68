import numpy as np
import pytest
from PIL import Image

from photorank.rating.heat_overlay import overlay

GREY = (99, 99, 99)


def test_orange_lifts_and_blue_lowers():
    """Orange marks areas that raise a photo's rating; blue marks areas that lower the rating."""
    photo = Image.new("RGB", (60, 20), GREY)
    pixels = np.asarray(overlay(photo, np.array([[1.0, 0.0, -1.0]]))).astype(int)

    assert pixels.shape == (20, 60, 3)
    assert pixels[10, 5, 0] > 99 + 50
    assert pixels[10, 5, 2] < 99
    assert pixels[10, 54, 2] > 99 + 50
    assert pixels[10, 54, 0] < 99
    assert pixels[10, 29].tolist() == pytest.approx([99] * 3, abs=12)


def test_a_map_of_nothing_leaves_a_grey_photo_as_it_is():
    """A heat map of zeros causes no division by zero and leaves a grey photo unchanged."""
    photo = Image.new("RGB", (6, 4), GREY)

    assert overlay(photo, np.zeros((2, 3))).tobytes() == photo.tobytes()


def test_a_scale_of_its_own_makes_maps_comparable():
    """With a fixed scale, a heat value half as large colours the photo half as strongly."""
    photo = Image.new("RGB", (4, 4), (0, 0, 0))
    full, half = (overlay(photo, np.array([[v]]), 2.0).getpixel((2, 2))[0] for v in (2.0, 1.0))

    assert half == pytest.approx(full / 2, abs=1)
