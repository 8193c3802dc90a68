"""Tests of decoding TIFF files as scanners, cameras and programs write them."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from photorank.errors import UnreadablePhotoError
from photorank.photos.open_photo import decode_photo

COLOURS = np.random.default_rng(7).integers(0, 256, (24, 36, 3), dtype=np.uint8)
GREY = COLOURS[..., 0]
ALPHA = np.full(GREY.shape, 255, np.uint8)
ALPHA[:, :9] = 102


def tiff(*pages, **options):
    """Bytes of a TIFF file with the given pages."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, byteorder=options.pop("byteorder", "<")) as writer:
        for page in pages:
            writer.write(page, **options)
    return file.getvalue()


def decoded(data):
    """Decoded pixels of a photo as integers."""
    return np.asarray(decode_photo(data)).astype(int)


def on_white(colours, alpha=ALPHA):
    """Colours blended onto a white background by their alpha."""
    part = alpha[..., None] / 255
    return colours * part + 255 * (1 - part)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("compression", [None, "lzw", "adobe_deflate", "zstd"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("layout", ["contig", "planes", "white is zero", "alpha", "premultiplied"])
def test_layouts_of_pixels_give_the_same_picture(depth, compression, order, layout):
    """Planar, inverted-grey and alpha TIFFs of 8 or 16 bits give the expected picture."""
    pixels, expected, options = COLOURS, COLOURS, {"photometric": "rgb"}
    if layout == "planes":
        pixels, options["planarconfig"] = np.moveaxis(COLOURS, -1, 0), "separate"
    elif layout == "white is zero":
        pixels, options["photometric"] = 255 - GREY, "miniswhite"
        expected = np.repeat(GREY[..., None], 3, axis=2)
    elif layout != "contig":
        kind = "unassalpha" if layout == "alpha" else "assocalpha"
        options["extrasamples"] = [kind]
        part = 1 if layout == "alpha" else ALPHA[..., None] / 255
        pixels = np.dstack([np.rint(COLOURS * part).astype(np.uint8), ALPHA])
        expected = on_white(COLOURS)
    if depth == 16:
        pixels = (pixels.astype(np.uint16) * 257).astype(f"{order}u2")

    data = tiff(pixels, byteorder=order, compression=compression, **options)

    assert np.abs(decoded(data) - expected).max() <= 2


@pytest.mark.parametrize(
    ("pixels", "kind"),
    [
        ((GREY / 255).astype(np.float32), "32-bit float pixels of a TIFF (MINISBLACK)"),
        ((COLOURS / 255).astype(np.float16), "16-bit float pixels of a TIFF (RGB)"),
        (GREY.astype(np.int16), "16-bit signed pixels of a TIFF (MINISBLACK)"),
        (GREY.astype(np.uint32), "32-bit pixels of a TIFF (MINISBLACK)"),
    ],
)
def test_pixels_whose_range_nothing_tells_are_refused_by_their_kind(pixels, kind):
    """TIFFs of float, signed or 32-bit pixels give an error that names the kind of pixel."""
    data = tiff(pixels, photometric="rgb" if pixels.ndim == 3 else "minisblack")

    with pytest.raises(UnreadablePhotoError) as caught:
        decode_photo(data)

    assert caught.value.reason == f"{kind} are not read; export it as RGB with 8 or 16 bits"


@pytest.mark.parametrize("flag", [{"subfiletype": 1}, {}])
def test_the_page_that_is_the_photo_is_read(flag):
    """A TIFF's thumbnail page is skipped if it is flagged or if another page is larger."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(255 - COLOURS[::4, ::4], photometric="rgb", **flag)
        writer.write(COLOURS, photometric="rgb")

    np.testing.assert_array_equal(decoded(file.getvalue()), COLOURS)


def test_a_photo_inside_its_thumbnail_is_read():
    """The full photo is read from the SubIFD of a TIFF whose first page is a thumbnail."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        turned = [(274, "H", 1, 6, True)]
        writer.write(
            COLOURS[::4, ::4], photometric="rgb", subfiletype=1, subifds=1, extratags=turned
        )
        writer.write(COLOURS, photometric="rgb", subfiletype=0)

    np.testing.assert_array_equal(decoded(file.getvalue()), np.rot90(COLOURS, -1))


def test_smaller_copies_and_masks_after_a_photo_are_passed_over():
    """A TIFF is read as its first full-size page; reduced copies and later pages are ignored."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(COLOURS, photometric="rgb", subifds=1)
        writer.write(COLOURS[::2, ::2], photometric="rgb", subfiletype=1)
        writer.write(255 - COLOURS, photometric="rgb")

    np.testing.assert_array_equal(decoded(file.getvalue()), COLOURS)


def test_a_profile_and_an_orientation_count_where_pillow_does_not_decode():
    """Planar 16-bit TIFFs with a profile are turned upright and converted to sRGB."""
    profile = Image.open(io.BytesIO(_with_profile())).info["icc_profile"]
    planes = np.moveaxis(COLOURS.astype(np.uint16) * 257, -1, 0)
    turned = [(274, "H", 1, 3, True)]
    common = {"photometric": "rgb", "iccprofile": profile, "extratags": turned}

    data = tiff(planes, planarconfig="separate", **common)

    assert np.abs(decoded(data) - decoded(tiff(COLOURS, **common))).max() <= 1
    assert np.abs(decoded(data) - COLOURS[::-1, ::-1]).mean() > 1


def _with_profile():
    """PNG of one pixel, with an Adobe RGB colour profile."""
    from photorank.photos.decoding.colour_definitions import ADOBE_RGB, icc_profile

    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG", icc_profile=icc_profile(ADOBE_RGB))
    return file.getvalue()
