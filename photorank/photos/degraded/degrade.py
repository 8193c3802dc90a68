"""Degraded copies of a photo, as training examples that should be rated below the photo."""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from photorank.photos.degraded.defects import exposed, jpeg_file, turned

# Pixels of the long side at which photos are degraded: enough for frames of any encoder.
COPIES_LONG_SIDE = 768
_SHAKE_STEPS = 9


class Degradation(NamedTuple):
    """Kind of photo degradation: name, function that applies it, and expected loss in rating."""

    name: str
    apply: Callable[[Image.Image, Generator], Image.Image]
    margin: float  # by which the photo is better, in standard deviations of a label


def _blur_function(share: float) -> Callable[[Image.Image, Generator], Image.Image]:
    """Function that blurs a photo by a Gaussian.

    The standard deviation is `share` of the photo's long side.
    """
    return lambda photo, _: photo.filter(ImageFilter.GaussianBlur(share * max(photo.size)))


def _shake_function(share: float) -> Callable[[Image.Image, Generator], Image.Image]:
    """Function that adds motion blur in a random direction to a photo.

    The blur's length is `share` of the photo's long side.
    """

    def shake(photo: Image.Image, draw: Generator) -> Image.Image:
        angle = draw.uniform(0, np.pi)
        across, down = share * max(photo.size) * np.array([np.cos(angle), np.sin(angle)])
        total = np.zeros((photo.height, photo.width, 3), dtype=np.float32)
        for place in np.linspace(-0.5, 0.5, _SHAKE_STEPS):
            shift = (1, 0, place * across, 0, 1, place * down)
            moved = photo.transform(
                photo.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR
            )
            total += np.asarray(moved, dtype=np.float32)
        return Image.fromarray((total / _SHAKE_STEPS).round().astype(np.uint8))

    return shake


def _noise_function(levels: float) -> Callable[[Image.Image, Generator], Image.Image]:
    """Function that adds Gaussian noise to a photo.

    The standard deviation is `levels` grey levels of 255.
    """

    def add(photo: Image.Image, draw: Generator) -> Image.Image:
        pixels = np.asarray(photo, dtype=np.float32)
        noise = draw.normal(0, levels, pixels.shape).astype(np.float32)
        return Image.fromarray(np.clip(pixels + noise, 0, 255).round().astype(np.uint8))

    return add


def _corner(photo: Image.Image, share: float, draw: Generator) -> Image.Image:
    """Crop at a random corner of a photo, with `share` (0 to 1) of the photo's width and height."""
    width, height = (round(share * side) for side in photo.size)
    right, low = (int(one) for one in draw.integers(2, size=2))
    left, top = right * (photo.width - width), low * (photo.height - height)
    return photo.crop((left, top, left + width, top + height))


def _turned(photo: Image.Image, degrees: float, draw: Generator) -> Image.Image:
    return turned(photo, degrees * (-1) ** int(draw.integers(2)))


def _compress_function(quality: int) -> Callable[[Image.Image, Generator], Image.Image]:
    def save(photo: Image.Image, _: Generator) -> Image.Image:
        return Image.open(io.BytesIO(jpeg_file(photo, quality))).convert("RGB")

    return save


# Defects of detail, hardly to be seen: of a series of shots they teach which is the better one.
# Coarser ones, and faults of light, colour and level, order such shots worse.
FINE = (
    Degradation("blur 0.1 %", _blur_function(0.001), 1.0),
    Degradation("blur 0.2 %", _blur_function(0.002), 1.0),
    Degradation("shake 0.3 %", _shake_function(0.003), 1.0),
    Degradation("shake 0.6 %", _shake_function(0.006), 1.0),
    Degradation("noise 3", _noise_function(3), 1.0),
    Degradation("noise 6", _noise_function(6), 1.0),
    Degradation("JPEG 40", _compress_function(40), 1.0),
)
# Beside people's scores, which know no spoilt photo: from slight ones to what spoils any photo.
BESIDE_SCORES = (
    Degradation("blur 0.2 %", _blur_function(0.002), 0.7),
    Degradation("shake 0.6 %", _shake_function(0.006), 1.0),
    Degradation("noise 6", _noise_function(6), 0.7),
    Degradation("JPEG 40", _compress_function(40), 0.7),
    Degradation("blur 0.4 %", _blur_function(0.004), 1.0),
    Degradation("blur 0.8 %", _blur_function(0.008), 1.5),
    Degradation("2 stops too light", lambda photo, _: exposed(photo, 2), 1.5),
)
# Of one scene, which the photo shows better framed: a corner that cuts what is in the middle, and a
# camera that was not held level. Turning blurs by a little, so they are compared with a photo that
# was turned by half a degree.
LEVEL = Degradation("turned by 0.5°", lambda photo, draw: _turned(photo, 0.5, draw), 0.0)
FRAMED = (
    Degradation("cut", lambda photo, draw: _corner(photo, 0.6, draw), 1.0),
    Degradation("tilt 5.5°", lambda photo, draw: _turned(photo, 5.5, draw), 1.0),
    Degradation("tilt 9°", lambda photo, draw: _turned(photo, 9.0, draw), 1.0),
)


def degraded_copies(
    photo: Image.Image, degradations: tuple[Degradation, ...], seed: int
) -> list[Image.Image]:
    """Photo at reduced size, followed by one degraded copy for each item of `degradations`.

    The photo is reduced to a long side of `COPIES_LONG_SIDE` pixels.
    """
    photo = photo.copy()
    photo.thumbnail((COPIES_LONG_SIDE, COPIES_LONG_SIDE), Image.Resampling.LANCZOS)
    photo.info.clear()
    draw = np.random.default_rng(seed)
    return [photo, *(one.apply(photo, draw) for one in degradations)]
