import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from photorank.errors import UnreadablePhotoError
from photorank.photos.degraded.defects import SEVERITIES, degraded
from photorank.photos.signals.all_signals import SIGNALS, photo_signals
from photorank.photos.signals.compression import jpeg_quality
from photorank.photos.signals.noise import noise
from photorank.photos.signals.sharpness import tile_energies
from photorank.photos.signals.signals_block import LONG_SIDE, NAMES, signals_block

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))  # to a pixel's neighbours


@pytest.fixture(scope="module")
def coffee():
    """Photograph of a cup of coffee, with sharp and blurred parts."""
    return Image.fromarray(data.coffee()).resize((300, 200), Image.Resampling.LANCZOS)


def stored(photo, kind="JPEG", **how):
    """Bytes of a photo encoded in a given image file format."""
    file = io.BytesIO()
    photo.save(file, kind, **({"quality": 95} if kind == "JPEG" else {}) | how)
    return file.getvalue()


def few_greys(size):
    """Random greyscale image, as an array, with only four different grey levels."""
    levels = np.random.default_rng(0).integers(0, 4, size)
    return levels.astype(np.float32) / np.float32(255)


@pytest.mark.parametrize(
    ("defect", "signal", "rises"),
    [
        ("defocus", "sharpness", False),
        ("defocus", "best_tile_sharpness", False),
        ("defocus", "subject_sharpness", False),
        ("shake", "subject_sharpness", False),
        ("noise", "noise", True),
        ("underexposure", "brightness", False),
        ("underexposure", "clipped_shadows", True),
        ("underexposure", "contrast", False),
        ("overexposure", "brightness", True),
        ("overexposure", "clipped_highlights", True),
    ],
)
def test_a_signal_follows_its_defect(coffee, defect, signal, rises):
    """As a defect such as blur grows, the signal that measures it strictly rises or falls."""
    versions = [coffee, *(degraded(coffee, defect, one, seed=0) for one in SEVERITIES)]
    values = [photo_signals(stored(version))[signal] for version in versions]
    assert values == sorted(values, reverse=not rises)
    assert len(set(values)) == len(values)


def test_turning_and_mirroring_change_no_signal(coffee):
    """Except for width and height, no photo signal changes if the photo is rotated or mirrored."""
    plain = photo_signals(stored(coffee, "PNG"))
    for turn in (Image.Transpose.ROTATE_90, Image.Transpose.FLIP_LEFT_RIGHT):
        turned = photo_signals(stored(coffee.transpose(turn), "PNG"))
        for name in set(SIGNALS) - {"width", "height"}:
            assert turned[name] == pytest.approx(plain[name], rel=0.02, abs=0.02, nan_ok=True), name


@pytest.mark.slow
def test_a_large_photo_is_measured_at_the_stated_size(coffee):
    """Sharpness is measured on a resized copy; width and height are those of the full photo."""
    large = coffee.resize((2400, 1600))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    file = stored(large, exif=exif)
    values = photo_signals(file)
    assert (values["width"], values["height"]) == (1600, 2400)
    small = large.resize((LONG_SIDE, LONG_SIDE * 2 // 3), Image.Resampling.LANCZOS)
    expected = photo_signals(stored(small, "PNG"))["sharpness"]
    assert values["sharpness"] == pytest.approx(expected, abs=0.1)
    assert values["jpeg_quality"] == 95


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (23, 40), (24, 24), (33, 3000)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (7, 200, 90)])
def test_pictures_without_detail_or_size_are_measured_as_far_as_may_be(size, colour):
    """For flat or tiny pictures, every signal is a finite number or NaN, and no error is raised."""
    values = photo_signals(stored(Image.new("RGB", size, colour), "PNG"))
    assert list(values) == list(SIGNALS)
    assert not any(np.isinf(value) for value in values.values())
    assert (values["width"], values["height"]) == size


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_every_kind_of_pixel_is_measured(coffee, mode):
    """Signals are measured for every pixel mode, such as greyscale and CMYK."""
    values = photo_signals(stored(coffee.convert(mode)))
    assert all(np.isfinite(value) for value in values.values())


def test_what_is_no_photo_says_why():
    """A file that is no photo raises an error with the decoder's reason."""
    with pytest.raises(UnreadablePhotoError):
        photo_signals(b"buy milk")


@pytest.mark.parametrize("quality", range(1, 101, 9))
def test_the_quality_of_a_jpeg_is_that_it_was_saved_with(coffee, quality):
    """The estimated JPEG quality equals the one used on saving, for any chroma subsampling."""
    for subsampling in (0, 2):
        saved = stored(coffee, quality=quality, subsampling=subsampling)
        assert jpeg_quality(Image.open(io.BytesIO(saved))) == quality


def test_other_formats_have_no_jpeg_quality(coffee):
    """The JPEG quality of a PNG is NaN, because it has no quantisation table."""
    assert np.isnan(photo_signals(stored(coffee, "PNG"))["jpeg_quality"])


@pytest.mark.parametrize("sigma", [1.0, 5.0, 20.0])
def test_planted_noise_is_found(sigma):
    """The noise added to a grey gradient is estimated within 5 %, despite clipped highlights."""
    slope = np.linspace(40, 215, 512)[None, :] * np.ones((384, 1))
    slope += np.random.default_rng(0).normal(0, sigma, slope.shape)
    slope[:, :128] = 255
    assert noise((slope / 255).astype(np.float32)) == pytest.approx(sigma, rel=0.05)


@pytest.mark.parametrize("size", [(2, 6), (24, 31), (48, 50), (63, 97)])
def test_noise_is_the_median_of_what_is_not_zero(size):
    """Noise is estimated from the median of the pixel differences that are not zero."""
    grey = few_greys(size)
    height, width = (side // 2 * 2 for side in size)
    step = grey[0:height:2, :width] - grey[1:height:2, :width]
    details = np.abs(step[:, 0::2] - step[:, 1::2]) / 2
    expected = 255 * np.median(details[details > 0]) / 0.6745
    assert noise(grey) == pytest.approx(expected, rel=1e-6)
    assert noise(np.ones_like(grey)) == 0


def test_tiles_are_means_of_the_squared_laplacian():
    """The energy of each tile in an 8 × 8 grid over a photo is its mean squared Laplacian."""
    grey = few_greys((63, 97))
    detail = (4 * grey - sum(np.roll(grey, (y, x), (0, 1)) for y, x in STEPS))[1:-1, 1:-1]
    rows, columns = (np.linspace(0, side, 9).astype(int)[1:-1] for side in detail.shape)
    bands = [np.split(band, columns, axis=1) for band in np.split(detail**2, rows)]
    expected = [[tile.mean() for tile in band] for band in bands]
    np.testing.assert_allclose(tile_energies(grey), expected, rtol=1e-5)


def test_a_sharp_subject_on_a_blurred_ground_is_sharp():
    """Centre and best-tile sharpness reveal a small sharp area; mean sharpness does not."""
    pixels = np.full((384, 512), 0.5, dtype=np.float32)
    centre = pixels.copy()
    detail = np.random.default_rng(0).random((96, 128), dtype=np.float32)
    centre[144:240, 192:320] = detail
    corner = pixels.copy()
    corner[:96, :128] = detail
    centre, corner = (of(Image.fromarray((one * 255).astype(np.uint8))) for one in (centre, corner))
    subject, best, whole = (f"sharpness {kind}, octave 1" for kind in ("subject", "max", "mean"))
    assert centre[subject] > corner[subject] + 0.5
    assert corner[best] > corner[whole] + 1
    assert corner[whole] == pytest.approx(centre[whole], abs=0.05)


def of(photo):
    """Technical signals of a photo, as a dict from signal name to value."""
    return dict(zip(NAMES, signals_block(photo.convert("RGB")), strict=True))


def test_an_octave_is_the_first_one_of_a_picture_of_half_the_side(coffee):
    """A photo's sharpness at octave 2 equals that of a half-size copy at octave 1."""
    whole, half = of(coffee), of(coffee.reduce(2))
    for kind in ("mean", "subject", "max", "20 %", "median"):
        expected = half[f"sharpness {kind}, octave 1"]
        assert whole[f"sharpness {kind}, octave 2"] == pytest.approx(expected, abs=0.05)


def test_the_same_pixels_have_the_same_signals(coffee):
    """Photo signals depend only on the pixels, not on whether the photo was read from a file."""
    again = Image.open(io.BytesIO(stored(coffee, "PNG")))
    np.testing.assert_array_equal(signals_block(coffee), signals_block(again.convert("RGB")))


def test_the_colours_of_a_grey_picture_are_none():
    """Grey pictures have colourfulness 0; tints have the right red-green and yellow-blue values."""
    assert photo_signals(stored(Image.new("RGB", (99, 99), (77, 77, 77))))["colourfulness"] == 0
    tint = of(Image.new("RGB", (200, 100), (200, 150, 90)))
    assert tint["red over green"] == pytest.approx(50 / 255, abs=1e-3)
    assert tint["yellow over blue"] == pytest.approx(85 / 255, abs=1e-3)


def test_colourfulness_is_that_of_the_paper(coffee):
    """Colourfulness equals Hasler and Süsstrunk's formula on the photo at 1/4 width and height."""
    small = np.asarray(coffee.reduce(4), dtype=np.float64)
    r, g, b = np.moveaxis(small, -1, 0)
    rg, yb = r - g, 0.5 * (r + g) - b
    spread = np.sqrt(rg.var() + yb.var())
    centre = np.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    found = photo_signals(stored(coffee, "PNG"))["colourfulness"]
    assert found == pytest.approx(spread + 0.3 * centre, rel=1e-4)
