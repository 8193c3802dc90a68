"""A photograph to encode in every way."""

import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def scene():
    """Return a colour photograph, 450 x 300."""
    import skimage

    return Image.fromarray(skimage.data.chelsea()).crop((0, 0, 450, 300))


@pytest.fixture(scope="session")
def large_scene(scene):
    """Return a 12-megapixel picture with the edges, gradients and grain of a photograph."""
    grain = np.random.default_rng(0).integers(-12, 13, (3000, 4000, 1), dtype=np.int16)
    smooth = np.asarray(scene.resize((4000, 3000), Image.Resampling.BICUBIC), dtype=np.int16)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def large_jpeg(large_scene):
    """Return the bytes of the large picture as a JPEG."""
    file = io.BytesIO()
    large_scene.save(file, "JPEG", quality=90)
    return file.getvalue()
