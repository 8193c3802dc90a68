"""What a small picture of a photo tells of its likeness: a perceptual hash, and its shape."""

from pathlib import Path
from typing import Literal, TypeAlias

from PIL import Image

from photorank.errors import UnreadablePhotoError
from photorank.photos.open_photo import open_file, open_header

Shape: TypeAlias = Literal["landscape", "portrait", "square"]

_SQUARE = 1.05  # long side over short side, up to which a photo is called square


def hash_of(picture: Image.Image) -> int:
    """Return the 64-bit perceptual hash of a small picture.

    Bits tell which low frequencies of a grey picture of 32 x 32 are above their median:
    sizes, compression, colours and sharpness change few of the 64, another picture about
    half of them (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash
    Functions").
    """
    import imagehash
    import numpy as np

    bits = imagehash.phash(picture).hash
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def picture_hash(path: Path) -> int | None:
    """Return the perceptual hash of a small picture's file, None if it cannot be read."""
    try:
        with open_file(path) as file:
            return hash_of(open_header(file))
    except (UnreadablePhotoError, OSError, ValueError, SyntaxError):
        return None  # a damaged small picture is like no other


def shape_of(path: Path) -> Shape | None:
    """Return the shape of an upright picture from its header, None if it cannot be read."""
    try:
        with open_file(path) as file:
            header: Image.Image = open_header(file)
    except (UnreadablePhotoError, OSError, ValueError, SyntaxError):
        return None
    width, height = header.size
    if max(width, height) <= _SQUARE * min(width, height):
        return "square"
    return "landscape" if width > height else "portrait"
