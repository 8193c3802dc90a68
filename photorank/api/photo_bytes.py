"""Conversion of in-memory images to the bytes of image files.

One decoder then serves files and arrays.
"""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photorank.errors import EncoderError

OnePhoto: TypeAlias = str | Path | Image.Image | NDArray[np.uint8]
Photos: TypeAlias = OnePhoto | Sequence[OnePhoto] | NDArray[np.floating]

# Pillow modes that PNG stores without loss; others, such as CMYK, are stored as TIFF.
_PNG_MODES = ("1", "L", "LA", "I;16", "P", "RGB", "RGBA")


def listed(photos: OnePhoto | Iterable[OnePhoto]) -> list[Path | Image.Image]:
    """List of photos as file paths or PIL images; arrays are converted to images.

    An array of 8-bit pixels is one photo, (h, w), (h, w, 3) or (h, w, 4), or several, (n, h, w, 3).
    Raises EncoderError if it is anything else.
    """
    if isinstance(photos, str | Path | Image.Image) or (
        isinstance(photos, np.ndarray) and photos.ndim in (2, 3)
    ):
        photos = [photos]
    return [_one(photo) for photo in photos]


def photo_bytes(image: Image.Image) -> bytes:
    """Image as the bytes of a lossless PNG or TIFF file, with ICC profile and orientation."""
    file = io.BytesIO()
    kept = {key: image.info[key] for key in ("exif", "icc_profile") if image.info.get(key)}
    if image.mode in _PNG_MODES:
        if "transparency" in image.info:
            kept["transparency"] = image.info["transparency"]
        image.save(file, "PNG", compress_level=0, **kept)
    else:
        image.save(file, "TIFF", **kept)
    return file.getvalue()


def _one(photo: OnePhoto) -> Path | Image.Image:
    if isinstance(photo, str | Path):
        return Path(photo).expanduser()
    if isinstance(photo, Image.Image):
        return photo
    pixels = np.asarray(photo)
    if pixels.dtype == np.uint8 and (
        pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    ):
        return Image.fromarray(pixels)
    raise EncoderError(
        f"an array of {pixels.dtype} and shape {pixels.shape} is no photo: give 8-bit pixels "
        "(h, w, 3), or embeddings as one array of floating-point numbers (n, d)"
    )
