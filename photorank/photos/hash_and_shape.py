"""Perceptual hash, 16 × 16 grey levels, shape and mean colour of a photo's thumbnail."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from PIL import Image

from photorank.errors import UnreadablePhotoError
from photorank.photos.grey_fingerprint import grey_fingerprint
from photorank.photos.open_photo import open_file, open_header

Shape: TypeAlias = Literal["landscape", "portrait", "square"]
T = TypeVar("T")

_MAX_SQUARE_RATIO = 1.05  # long side / short side
_THOUSANDTHS = 1000
_LOSSY_WEBP = struct.Struct("<4s4x4s4s7x3sHH")  # header up to the key frame's size
_SIZE_BITS = 0x3FFF  # the two bits above are a scaling hint
_MOST_ASPECT = 65.0  # maximum that fits 16 bits in thousandths


class PictureCodes(NamedTuple):
    """Perceptual hash and 16 × 16 grey levels of an image, for finding copies of the image."""

    hash_bits: int  # 64, of :func:`picture_hash`
    grey: bytes  # 128, of :func:`photorank.photos.grey_fingerprint.grey_fingerprint`


class AspectAndColour(NamedTuple):
    """Aspect ratio (times 1000) and mean colour (RGB 565) of an image, as 16-bit integers."""

    aspect: int  # width to height, in thousandths
    tone: int  # red in five bits, green in six, blue in five


UNKNOWN = AspectAndColour(1500, 0x8410)  # look of an unreadable thumbnail: grey


def picture_codes(picture: Image.Image) -> PictureCodes:
    """Perceptual hash and 16 × 16 grey levels of an image."""
    return PictureCodes(picture_hash(picture), grey_fingerprint(picture))


def picture_hash(picture: Image.Image) -> int:
    """Perceptual hash (pHash) of an image, as a 64-bit integer.

    A bit says whether a low frequency of the grey picture is above their median. Size, compression,
    colours and sharpness change few bits, another picture about half of them (Zauner 2010,
    "Implementation and Benchmarking of Perceptual Image Hash Functions").
    """
    import imagehash
    import numpy as np

    bits = imagehash.phash(picture).hash
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def codes_of_file(path: Path) -> PictureCodes | None:
    """Perceptual hash and 16 × 16 grey levels of a thumbnail file; None if unreadable."""
    return measured_file(path, picture_codes)


def shape_of_file(path: Path) -> Shape | None:
    """Shape (landscape, portrait, square) of a thumbnail file; None if unreadable.

    EXIF orientation is not applied; thumbnails are stored upright.
    """
    return measured_file(path, _shape)


def aspect_of_file(path: Path) -> int:
    """Width of a thumbnail divided by its height, times 1000, read from the file's header."""
    try:
        with open_file(path) as file:
            head = file.read(_LOSSY_WEBP.size)
    except UnreadablePhotoError:
        return UNKNOWN.aspect
    if len(head) == _LOSSY_WEBP.size:  # as thumbnails are: ten times as fast as by Pillow
        riff, webp, chunk, start, width, height = _LOSSY_WEBP.unpack(head)
        if (riff, webp, chunk, start) == (b"RIFF", b"WEBP", b"VP8 ", b"\x9d\x01\x2a"):
            return _aspect_of(width & _SIZE_BITS, height & _SIZE_BITS)
    return measured_file(path, _aspect) or UNKNOWN.aspect


def look_of_file(path: Path) -> AspectAndColour:
    """Aspect ratio and mean colour of a thumbnail file; 3:2 and grey if the file is unreadable."""
    return measured_file(path, _look) or UNKNOWN


def _look(picture: Image.Image) -> AspectAndColour:
    mean = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    red, green, blue = mean  # type: ignore[misc]
    return AspectAndColour(_aspect(picture), max(1, red >> 3 << 11 | green >> 2 << 5 | blue >> 3))


def _aspect(picture: Image.Image) -> int:
    return _aspect_of(picture.width, picture.height)


def _aspect_of(width: int, height: int) -> int:
    ratio = min(_MOST_ASPECT, max(1 / _MOST_ASPECT, width / max(1, height)))
    return max(1, round(_THOUSANDTHS * ratio))


def _shape(picture: Image.Image) -> Shape:
    if max(picture.size) <= _MAX_SQUARE_RATIO * min(picture.size):
        return "square"
    return "landscape" if picture.width > picture.height else "portrait"


def measured_file(path: Path, measure: Callable[[Image.Image], T]) -> T | None:
    """Result of calling `measure` on an opened image file; None if the file is unreadable."""
    try:
        with open_file(path) as file:
            return measure(open_header(file))
    except (UnreadablePhotoError, OSError, ValueError, SyntaxError):
        return None
