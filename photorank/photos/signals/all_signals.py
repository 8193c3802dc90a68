"""All technical signals of one photo, by name."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from PIL import Image

from photorank.photos.open_photo import decode_photo, open_header
from photorank.photos.signals import compression, light_and_colour, noise, sharpness
from photorank.typing import Frames, Grey

# Pixels of the long side at which signals are measured, as sharpness and noise depend on it: those
# of a 20 cm print at 100 dots an inch. Smaller photos are measured as they are.
LONG_SIDE = 768
_BLOCKS_SIDE = 1024  # pixels of the central square in which blockiness is measured


@dataclass(frozen=True)
class Picture:
    """Photo in the forms used by the signals: header, pixels, grey levels, unscaled centre."""

    header: Image.Image  # the opened file, not decoded
    photo: Image.Image  # upright sRGB, its long side at most `LONG_SIDE`
    pixels: Frames  # of `photo` (h, w, 3)
    grey: Grey  # of `photo` (h, w), 0 to 1
    unscaled: Grey | None  # central square, not resized; None if the photo was scaled down
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
    """Signals of a photo file's bytes by name, nan where undefined.

    Raises UnreadablePhotoError if the bytes are no usable photo.
    """
    picture = open_picture(data)
    return {name: signal(picture) for name, signal in SIGNALS.items()}


def open_picture(data: bytes) -> Picture:
    """Picture for the signals, from a file's bytes; UnreadablePhotoError if not usable."""
    decoded = decode_photo(data, short_side=LONG_SIDE // 2)
    left, top = (max(side - _BLOCKS_SIDE, 0) // 2 for side in decoded.size)
    middle = (left, top, decoded.width - left, decoded.height - top)
    scaled = "full_size" in decoded.info
    short, long = decoded.info.get("full_size", sorted(decoded.size))
    photo = decoded.copy()
    photo.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        header=open_header(io.BytesIO(data)),
        photo=photo,
        pixels=np.asarray(photo),
        grey=_grey(photo),
        unscaled=None if scaled else _grey(decoded.crop(middle)),
        size=(long, short) if decoded.width >= decoded.height else (short, long),
    )


def _grey(photo: Image.Image) -> Grey:
    return np.asarray(photo.convert("L"), dtype=np.float32) / np.float32(255)
