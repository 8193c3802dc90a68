"""Technical signals: what can be measured of a photo without knowing what is in it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from PIL import Image

from photorank.photos.open_photo import decode_photo, open_header
from photorank.photos.signals import compression, light_and_colour, noise, sharpness
from photorank.typing import Frames, Grey

# Pixels of the long side of the picture that is measured: sharpness and noise depend on it. It
# is what a print of 20 cm shows at 100 dots an inch. Smaller photos are measured as they are.
LONG_SIDE = 768
_MIDDLE = 1024  # pixels of the square in which blocks are looked for


@dataclass(frozen=True)
class Picture:
    """One photo in the forms that signals look at."""

    header: Image.Image  # the file as it was opened, undecoded
    photo: Image.Image  # upright sRGB, its long side at most `LONG_SIDE`
    pixels: Frames  # the same (h, w, 3)
    grey: Grey  # the same (h, w)
    unscaled: Grey | None  # the middle of the photo in its own pixels, where they were decoded
    size: tuple[int, int]  # width and height of the whole photo, upright


# The names are the catalogue's columns, in this order.
SIGNALS: dict[str, Callable[[Picture], float]] = {
    "width": lambda picture: float(picture.size[0]),
    "height": lambda picture: float(picture.size[1]),
    "sharpness": lambda picture: sharpness.sharpness(picture.grey),
    "best_tile_sharpness": lambda picture: sharpness.best_tile_sharpness(picture.grey),
    "subject_sharpness": lambda picture: sharpness.subject_sharpness(picture.grey),
    "high_frequencies": lambda picture: sharpness.high_frequencies(picture.grey),
    "singular_share": lambda picture: sharpness.singular_share(picture.grey),
    "noise": lambda picture: noise.noise(picture.grey),
    "brightness": lambda picture: light_and_colour.brightness(picture.grey),
    "clipped_shadows": lambda picture: light_and_colour.clipped_shadows(picture.pixels),
    "clipped_highlights": lambda picture: light_and_colour.clipped_highlights(picture.pixels),
    "contrast": lambda picture: light_and_colour.contrast(picture.grey),
    "colourfulness": lambda picture: light_and_colour.colourfulness(picture.pixels),
    "colour_cast": lambda picture: light_and_colour.colour_cast(picture.photo),
    "jpeg_quality": lambda picture: compression.jpeg_quality(picture.header),
    "blockiness": lambda picture: (
        nan if picture.unscaled is None else compression.blockiness(picture.unscaled)
    ),
}


def photo_signals(data: bytes) -> dict[str, float]:
    """Return every signal of a photo file's bytes, by name; nan where one is not defined.

    Parameters
    ----------
    data : bytes
        A whole file, as :func:`photorank.photos.open_photo.read_photo` returns it.

    Raises
    ------
    UnreadablePhotoError
        If the bytes are no usable photo.
    """
    picture = open_picture(data)
    return {name: signal(picture) for name, signal in SIGNALS.items()}


def open_picture(data: bytes) -> Picture:
    """Return a photo file's bytes in the forms that signals look at.

    Raises
    ------
    UnreadablePhotoError
        If the bytes are no usable photo.
    """
    decoded = decode_photo(data, short_side=LONG_SIDE // 2)
    scaled = "full_size" in decoded.info
    short, long = decoded.info.get("full_size", sorted(decoded.size))
    photo = decoded.copy()
    photo.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        header=open_header(io.BytesIO(data)),
        photo=photo,
        pixels=np.asarray(photo),
        grey=_grey(photo),
        unscaled=None if scaled else _grey(_middle(decoded)),
        size=(long, short) if decoded.width >= decoded.height else (short, long),
    )


def _grey(photo: Image.Image) -> Grey:
    return np.asarray(photo.convert("L"), dtype=np.float32) / np.float32(255)


def _middle(photo: Image.Image) -> Image.Image:
    """Return the middle of a photo, its own pixels."""
    left, top = (max(side - _MIDDLE, 0) // 2 for side in photo.size)
    return photo.crop((left, top, photo.width - left, photo.height - top))
