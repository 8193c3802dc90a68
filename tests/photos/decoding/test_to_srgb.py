"""What an opened photo's pixels become."""

import io

import numpy as np
import pytest
from PIL import Image

from photorank.photos.open_photo import decode_photo


@pytest.mark.parametrize("kind", ["BMP", "PNG", "TIFF"])
def test_alpha_that_hides_everything_is_not_meant(scene, kind):
    """A picture that some program saved as clear throughout is seen, and not a white page."""
    clear = scene.convert("RGBA")
    clear.putalpha(0)
    file = io.BytesIO()
    clear.save(file, kind)
    data = file.getvalue()
    if kind == "BMP":  # the header that names a mask for alpha
        masks = b"".join(one.to_bytes(4, "little") for one in (0xFF0000, 0xFF00, 0xFF, 0xFF000000))
        start = data[:2] + (len(data) + 16).to_bytes(4, "little") + data[6:10]
        start += (14 + 56).to_bytes(4, "little") + (56).to_bytes(4, "little") + data[18:30]
        data = start + (3).to_bytes(4, "little") + data[34:54] + masks + data[54:]
        assert Image.open(io.BytesIO(data)).mode == "RGBA"

    np.testing.assert_array_equal(np.asarray(decode_photo(data)), np.asarray(scene))
