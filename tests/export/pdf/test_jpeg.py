"""Tests that JPEGs lose their metadata, but no pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from photorank.export.pdf.jpeg import has_metadata, plain_jpeg
from tests.export.pdf.conftest import jpeg, scans, scene


@pytest.mark.parametrize(
    "how", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}]
)
def test_metadata_goes_and_pixels_stay(how):
    """EXIF, XMP, comments and trailing data are removed from a JPEG; its pixels do not change."""
    exif = Image.Exif()
    exif[0x010E] = "at home"
    data = jpeg(scene((200, 150)), exif=exif.tobytes(), comment=b"at home", **how)
    plain = plain_jpeg(data + b"\xff\xd8 the video of a motion photo")
    assert not has_metadata(plain.data)
    assert has_metadata(data)
    assert b"Exif" not in plain.data
    assert b"home" not in plain.data
    assert scans(plain.data) == scans(data)
    assert (plain.width, plain.height, plain.components) == (200, 150, 3)
    pixels = [np.asarray(Image.open(io.BytesIO(one))) for one in (data, plain.data)]
    assert np.array_equal(*pixels)


def test_what_a_pdf_does_not_hold_is_left_to_be_converted():
    """For CMYK JPEGs, other formats and damaged or truncated files, plain_jpeg returns None."""
    file = io.BytesIO()
    scene().save(file, "PNG")
    whole = jpeg(scene())
    assert plain_jpeg(jpeg(scene().convert("CMYK"))) is None
    assert plain_jpeg(file.getvalue()) is None
    for end in range(2, len(whole) - 2, 37):
        assert plain_jpeg(whole[:end]) is None
    assert plain_jpeg(b"\xff\xd8") is None
    assert plain_jpeg(b"") is None
    rng = np.random.default_rng(0)
    for _ in range(200):  # never an exception
        broken = bytearray(whole)
        for at in rng.integers(2, len(broken), 4).tolist():
            broken[at] = int(rng.integers(256))
        plain_jpeg(bytes(broken))
