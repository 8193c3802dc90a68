"""Fixtures of photographs for tests of decoding: one small, one of 12 megapixels."""

import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def scene():
    """Colour photograph of a cat, 450 × 300 pixels."""
    import skimage

    return Image.fromarray(skimage.data.chelsea()).crop((0, 0, 450, 300))


@pytest.fixture(scope="session")
def large_scene(scene):
    """Picture of 12 megapixels, with the edges, gradients and grain of a photograph."""
    grain = np.random.default_rng(0).integers(-12, 13, (3000, 4000, 1), dtype=np.int16)
    smooth = np.asarray(scene.resize((4000, 3000), Image.Resampling.BICUBIC), dtype=np.int16)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def large_jpeg(large_scene):
    """Bytes of the 12-megapixel picture as a JPEG file."""
    file = io.BytesIO()
    large_scene.save(file, "JPEG", quality=90)
    return file.getvalue()
