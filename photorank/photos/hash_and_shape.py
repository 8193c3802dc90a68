"""Perceptual hash and shape of a photo's small picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from PIL import Image

from photorank.errors import UnreadablePhotoError
from photorank.photos.open_photo import open_file, open_header

Shape: TypeAlias = Literal["landscape", "portrait", "square"]
T = TypeVar("T")

_SQUARE = 1.05  # long side over short side, up to which a photo is called square


def picture_hash(picture: Image.Image) -> int:
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


def hash_of_file(path: Path) -> int | None:
    """Return the perceptual hash of a small picture's file, None if it cannot be read."""
    return _of_file(path, picture_hash)


def shape_of_file(path: Path) -> Shape | None:
    """Return the shape of an upright picture from its header, None if it cannot be read."""
    return _of_file(path, _shape)


def _shape(picture: Image.Image) -> Shape:
    if max(picture.size) <= _SQUARE * min(picture.size):
        return "square"
    return "landscape" if picture.width > picture.height else "portrait"


def _of_file(path: Path, look: Callable[[Image.Image], T]) -> T | None:
    try:
        with open_file(path) as file:
            return look(open_header(file))
    except (UnreadablePhotoError, OSError, ValueError, SyntaxError):
        return None  # a damaged small picture is like no other
