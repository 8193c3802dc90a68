"""Tests of converting the pixels of opened photos to 8-bit sRGB."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from photorank.photos.open_photo import decode_photo


@pytest.mark.parametrize("kind", ["BMP", "PNG", "TIFF"])
def test_alpha_that_hides_everything_is_not_meant(scene, kind):
    """A picture that is transparent throughout is shown as opaque, not as a white page."""
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


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "planar TIFF"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bits_become_the_nearest_8(kind, channels):
    """Each 16-bit value is rounded to the nearest 8-bit value, in grey, colour or RGBA photos."""
    shape = (24, 30, channels)
    codes = np.random.default_rng(3).integers(0, 65_536, shape, dtype=np.uint16).squeeze()
    if channels == 4:
        codes[..., 3] = 65_535
    file = io.BytesIO()
    if kind == "PNG":
        file.write(imagecodecs.png_encode(codes))
    else:
        is_planar = kind == "planar TIFF" and channels > 1
        options = {"photometric": "minisblack" if channels == 1 else "rgb"}
        options |= {"planarconfig": "separate"} if is_planar else {}
        pixels = np.moveaxis(codes, -1, 0) if is_planar else codes
        tifffile.imwrite(file, pixels, extrasamples=["unassalpha"] * (channels == 4), **options)

    seen = np.asarray(decode_photo(file.getvalue()))

    nearest = np.rint(codes.reshape(shape)[..., :3] / 257).astype(np.uint8)
    np.testing.assert_array_equal(seen, np.broadcast_to(nearest, seen.shape))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB"])
def test_a_grey_profile_counts_with_alpha_too(scene, mode):
    """A linear grey ICC profile is applied correctly to grey, grey with alpha and RGB files."""
    grey = np.asarray(scene.convert("L"))
    code = grey / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    made = Image.fromarray(np.rint(255 * linear).astype(np.uint8)).convert(mode)
    file = io.BytesIO()
    made.save(file, "PNG", icc_profile=_linear_grey())

    difference = np.asarray(decode_photo(file.getvalue()))[..., 0].astype(int) - grey

    assert np.abs(difference)[grey > 60].max() <= 4


def _linear_grey():
    """ICC profile of greyscale in linear light, with the white point D50."""
    white = struct.pack(">3i", 63190, 65536, 54061)
    tags = {
        b"desc": b"desc\0\0\0\0\0\0\0\x05grey\0" + bytes(79),
        b"wtpt": b"XYZ \0\0\0\0" + white,
        b"kTRC": b"curv\0\0\0\0\0\0\0\0",
    }
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(data))
        body += data
    head = struct.pack(">I4s", 128 + len(table) + len(body), b"lcms")
    head += b"\x02\x40\0\0mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28) + white
    return head.ljust(128, b"\0") + table + body
