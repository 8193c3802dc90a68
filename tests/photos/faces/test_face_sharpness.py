"""Tests of face sharpness, which depends on blur but not on size or contrast."""

from math import isnan

import numpy as np
import pytest
from PIL import Image, ImageFilter

from photorank.photos.faces.face_sharpness import face_sharpness

BOX = np.array([50.0, 50.0, 250.0, 250.0])


def textured(contrast=1.0):
    """Picture of random noise at several scales, the same at every call."""
    rng = np.random.default_rng(0)
    grey = sum(
        np.kron(rng.normal(size=(300 // size, 300 // size)), np.ones((size, size)))
        for size in (1, 2, 5, 10, 25)
    )
    pixels = np.clip(128 + contrast * 20 * grey, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def test_the_more_blur_the_less_sharp():
    """Face sharpness falls as the blur radius grows."""
    photo = textured()
    found = [
        face_sharpness(photo.filter(ImageFilter.GaussianBlur(radius)), BOX)
        for radius in (0, 1, 2, 4)
    ]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4


def test_contrast_alone_is_no_sharpness():
    """A face's sharpness hardly changes with its contrast."""
    assert face_sharpness(textured(0.5), BOX) == pytest.approx(
        face_sharpness(textured(), BOX), abs=0.05
    )


@pytest.mark.slow
def test_a_larger_copy_is_as_sharp_as_the_photo():
    """Face sharpness is measured at one fixed size, whatever the photo's size."""
    photo = textured().resize((1536, 1536), Image.Resampling.BICUBIC)
    larger = photo.resize((3072, 3072), Image.Resampling.LANCZOS)
    box = BOX * 1536 / 300
    assert face_sharpness(larger, 2 * box) == pytest.approx(face_sharpness(photo, box), abs=0.05)


def test_what_is_too_small_or_flat_has_no_sharpness():
    """Sharpness is undefined for a box that is tiny, flat or outside the photo."""
    flat = Image.new("RGB", (300, 300), (90, 90, 90))
    assert isnan(face_sharpness(flat, BOX))
    assert isnan(face_sharpness(textured(), np.array([10.0, 10.0, 15.0, 15.0])))
    assert isnan(face_sharpness(textured(), np.array([400.0, 400.0, 500.0, 500.0])))
