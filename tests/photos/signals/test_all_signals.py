import io

import numpy as np
import pytest
from PIL import Image
from skimage import color, data

from photorank.errors import UnreadablePhotoError
from photorank.photos.signals.all_signals import (
    LONG_SIDE,
    SIGNALS,
    compression,
    light_and_colour,
    noise,
    open_picture,
    photo_signals,
    sharpness,
)
from photorank.sample import SEVERITIES, degraded


@pytest.fixture(scope="module")
def coffee():
    """Return a photograph with sharp and blurred parts."""
    return Image.fromarray(data.coffee()).resize((300, 200), Image.Resampling.LANCZOS)


def stored(photo, kind="JPEG", **how):
    """Return a photo's file."""
    file = io.BytesIO()
    photo.save(file, kind, **({"quality": 95} if kind == "JPEG" else {}) | how)
    return file.getvalue()


def grey(photo):
    """Return the grey levels that signals are measured on."""
    return open_picture(stored(photo, "PNG")).grey


@pytest.mark.parametrize(
    ("defect", "signal", "rises"),
    [
        ("defocus", "sharpness", False),
        ("defocus", "best_tile_sharpness", False),
        ("defocus", "subject_sharpness", False),
        ("defocus", "high_frequencies", False),
        ("defocus", "singular_share", True),
        ("shake", "subject_sharpness", False),
        ("noise", "noise", True),
        ("underexposure", "brightness", False),
        ("underexposure", "clipped_shadows", True),
        ("underexposure", "contrast", False),
        ("overexposure", "brightness", True),
        ("overexposure", "clipped_highlights", True),
        ("jpeg", "blockiness", True),
    ],
)
def test_a_signal_follows_its_defect(coffee, defect, signal, rises):
    """The worse the defect the further the signal, from the photo itself on."""
    versions = [coffee, *(degraded(coffee, defect, one, seed=0) for one in SEVERITIES)]
    values = [photo_signals(stored(version))[signal] for version in versions]
    assert values == sorted(values, reverse=not rises)
    assert len(set(values)) == len(values)


def test_turning_and_mirroring_change_no_signal(coffee):
    """What is measured does not depend on which way the camera was held."""
    plain = photo_signals(stored(coffee, "PNG"))
    for turn in (Image.Transpose.ROTATE_90, Image.Transpose.FLIP_LEFT_RIGHT):
        turned = photo_signals(stored(coffee.transpose(turn), "PNG"))
        for name in SIGNALS.keys() - {"width", "height", "blockiness"}:
            assert turned[name] == pytest.approx(plain[name], rel=0.02, abs=0.02, nan_ok=True), name


def test_a_large_photo_is_measured_at_the_stated_size(coffee):
    """Its own size is told, upright, and what is in its own pixels is not claimed of fewer."""
    large = coffee.resize((2400, 1600))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    file = stored(large, exif=exif)
    assert max(open_picture(file).photo.size) == LONG_SIDE
    values = photo_signals(file)
    assert (values["width"], values["height"]) == (1600, 2400)
    assert np.isnan(values["blockiness"])
    assert values["jpeg_quality"] == 95


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (23, 40), (24, 24), (33, 3000)])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (7, 200, 90)])
def test_pictures_without_detail_or_size_are_measured_as_far_as_may_be(size, colour):
    """Flat and tiny ones give numbers or nan; nothing is raised and no warning given."""
    values = photo_signals(stored(Image.new("RGB", size, colour), "PNG"))
    assert list(values) == list(SIGNALS)
    assert not any(np.isinf(value) for value in values.values())
    assert (values["width"], values["height"]) == size


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_every_kind_of_pixel_is_measured(coffee, mode):
    """Grey photos and those for the press are photos as well."""
    values = photo_signals(stored(coffee.convert(mode)))
    assert all(np.isfinite(value) for value in values.values())


def test_what_is_no_photo_says_why():
    """The reason is the decoder's, for the catalogue to keep."""
    with pytest.raises(UnreadablePhotoError):
        photo_signals(b"buy milk")


def test_every_signal_says_where_it_is_from():
    """Docstrings give the range and what is better."""
    functions = [
        *(sharpness.sharpness, sharpness.best_tile_sharpness, sharpness.subject_sharpness),
        *(sharpness.high_frequencies, sharpness.singular_share, noise.noise),
        *(
            light_and_colour.brightness,
            light_and_colour.clipped_shadows,
            light_and_colour.clipped_highlights,
            light_and_colour.contrast,
        ),
        *(light_and_colour.colourfulness, light_and_colour.colour_cast),
        *(compression.jpeg_quality, compression.blockiness),
    ]
    assert {one.__name__ for one in functions} == SIGNALS.keys() - {"width", "height"}
    for one in functions:
        assert one.__doc__
        sourced = ("doi.org" in one.__doc__) or "units of :func:`sharpness`" in one.__doc__
        plain = {"brightness", "clipped_shadows", "clipped_highlights"}
        assert sourced or one.__name__ in plain, one.__name__


@pytest.mark.parametrize("quality", range(1, 101, 9))
def test_the_quality_of_a_jpeg_is_that_it_was_saved_with(coffee, quality):
    """Whatever the sampling of its colours."""
    for subsampling in (0, 2):
        saved = stored(coffee, quality=quality, subsampling=subsampling)
        assert compression.jpeg_quality(Image.open(io.BytesIO(saved))) == quality


def test_other_formats_have_no_jpeg_quality(coffee):
    """A PNG has no quantisation table."""
    assert np.isnan(photo_signals(stored(coffee, "PNG"))["jpeg_quality"])


def test_blocks_are_found_wherever_the_grid_begins(coffee):
    """A cropped copy of a badly compressed photo is as blocky, a good one is not."""
    bad = degraded(coffee, "jpeg", 4, seed=0)
    whole = compression.blockiness(grey(bad))
    assert compression.blockiness(grey(bad.crop((3, 5, 297, 199)))) == pytest.approx(whole, rel=0.1)
    assert whole > 1.5 > 1.2 > compression.blockiness(grey(coffee))


@pytest.mark.parametrize("sigma", [1.0, 5.0, 20.0])
def test_planted_noise_is_found(sigma):
    """On a slope of light, with a quarter of it clipped."""
    slope = np.linspace(40, 215, 512)[None, :] * np.ones((384, 1))
    slope += np.random.default_rng(0).normal(0, sigma, slope.shape)
    slope[:, :128] = 255
    assert noise.noise((slope / 255).astype(np.float32)) == pytest.approx(sigma, rel=0.05)


def test_fine_stripes_are_high_frequencies_and_broad_ones_are_not():
    """Nearly all of the one, nearly nothing of the other."""
    across = np.arange(512, dtype=np.float32)[None, :] * np.ones((384, 1), dtype=np.float32)
    fine, broad = (0.5 + 0.4 * np.sin(2 * np.pi * f * across) for f in (0.4, 0.05))
    assert sharpness.high_frequencies(fine) == pytest.approx(0, abs=1e-3)
    assert sharpness.high_frequencies(broad) < -5


def test_the_spectrum_is_that_of_all_frequencies():
    """What a real transform leaves out is counted, for even and odd widths."""
    for width in (64, 65):
        pixels = np.random.default_rng(1).random((48, width), dtype=np.float32)
        window = np.outer(np.hanning(48), np.hanning(width))
        power = np.abs(np.fft.fft2((pixels - pixels.mean()) * window)) ** 2
        reach = np.hypot(np.fft.fftfreq(48)[:, None], np.fft.fftfreq(width)[None, :])
        share = power[reach > 0.25].sum() / power.sum()
        assert sharpness.high_frequencies(pixels) == pytest.approx(np.log10(share), abs=1e-4)


def test_a_sharp_subject_on_a_blurred_ground_is_sharp():
    """The middle and the best tile tell it, the whole picture does not."""
    pixels = np.full((384, 512), 0.5, dtype=np.float32)
    centre = pixels.copy()
    detail = np.random.default_rng(0).random((96, 128), dtype=np.float32)
    centre[144:240, 192:320] = detail
    corner = pixels.copy()
    corner[:96, :128] = detail
    assert sharpness.subject_sharpness(centre) > sharpness.subject_sharpness(corner) + 0.5
    assert sharpness.best_tile_sharpness(corner) > sharpness.sharpness(corner) + 1
    assert sharpness.sharpness(corner) == pytest.approx(sharpness.sharpness(centre), abs=0.05)


def test_the_colours_of_a_grey_picture_are_none():
    """And a tint is as far from grey as CIELAB says."""
    assert light_and_colour.colourfulness(np.full((9, 9, 3), 77, dtype=np.uint8)) == 0
    tint = (200, 150, 90)
    lab = color.rgb2lab(np.array([[tint]], dtype=np.uint8))[0, 0]
    found = light_and_colour.colour_cast(Image.new("RGB", (200, 100), tint))
    assert found == pytest.approx(np.hypot(lab[1], lab[2]), rel=1e-6)


def test_colourfulness_is_that_of_the_paper(coffee):
    """Written out as in Hasler and Süsstrunk's section 6."""
    r, g, b = np.moveaxis(np.asarray(coffee, dtype=np.float64), -1, 0)
    rg, yb = r - g, 0.5 * (r + g) - b
    spread = np.sqrt(rg.var() + yb.var())
    centre = np.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    found = light_and_colour.colourfulness(np.asarray(coffee))
    assert found == pytest.approx(spread + 0.3 * centre, rel=1e-4)
