"""Photos as JPEGs for a PDF, either the original data or converted to sRGB."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from photorank.album.book.book import PlacedPhoto
from photorank.errors import ExportError, UnreadablePhotoError
from photorank.export.pdf.jpeg import plain_jpeg, same_scans
from photorank.photos.decoding.colour_definitions import SRGB
from photorank.photos.decoding.colour_space_from_tags import tagged_space
from photorank.photos.open_photo import (
    decode_photo,
    open_header,
    orientation,
    photo_digest,
    read_photo,
    turned,
)
from photorank.typing import Floats, Frames

QUALITY = 93  # of recompressed JPEGs
_PPI_SLACK = 1.05  # factor above the maximum from which a photo is scaled down
_PROFILE_TOLERANCE = 3  # codes of 255 by which a profile equivalent to sRGB may differ
_COMPARED_SIDE = 24  # pixels per side of images being compared
_MOST_APART = 8.0  # codes of 255: mean difference caused by compression and scaling
_PROFILE_STEP = 51  # codes of 255 between colours at which profiles are compared

# Matrices from the stored picture to the upright one, both in the unit square with y upwards.
TURNS: dict[int, tuple[int, int, int, int, int, int]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


@dataclass(frozen=True)
class Picture:
    """JPEG of a photo for a PDF, with its size in pixels and its EXIF orientation."""

    data: bytes
    width: int  # pixels, as stored
    height: int
    grey: bool
    turn: int  # EXIF orientation


def picture_of(frame: PlacedPhoto, max_ppi: float | None = None) -> Picture:
    """JPEG of a book page's photo, scaled down if it exceeds `max_ppi` pixels per inch.

    Raises ExportError if the file has changed since it was indexed, or cannot be decoded.
    """
    try:
        data = checked_photo(frame)
        too_fine = max_ppi is not None and frame.ppi > _PPI_SLACK * max_ppi
        plain = None if too_fine else _as_it_is(data)
        return plain or _converted(data, frame, max_ppi if too_fine else None)
    except UnreadablePhotoError as error:
        raise ExportError(
            f"{frame.path} cannot be printed: {error.reason}. Leave it out of the album."
        ) from error


def checked_photo(frame: PlacedPhoto) -> bytes:
    """File bytes of a book page's photo; raises ExportError if the file changed since indexing."""
    data = read_photo(frame.path)
    if photo_digest(data) != frame.digest:
        raise ExportError(
            f"{frame.path} has changed since it was indexed: run `photorank index` again."
        )
    return data


def _as_it_is(data: bytes) -> Picture | None:
    """JPEG of an sRGB photo, not re-encoded but without metadata; None if conversion is needed."""
    plain = plain_jpeg(data)
    if plain is None:
        return None
    photo = open_header(io.BytesIO(data))
    icc = photo.info.get("icc_profile")
    if icc and not is_srgb(bytes(icc), photo.mode):
        return None
    if not icc and tagged_space(photo, data) != SRGB:
        return None
    if photo.mode not in ("L", "RGB"):
        return None
    turn = orientation(photo)
    return Picture(plain.data, plain.width, plain.height, plain.components == 1, turn)


def _converted(data: bytes, frame: PlacedPhoto, ppi: float | None) -> Picture:
    photo = decode_photo(data)
    if ppi is not None:
        size = [max(round(side / 25.4 * ppi), 1) for side in frame.box[2:]]
        photo = photo.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    plain = plain_jpeg(file.getvalue())
    if plain is None:
        raise ExportError(f"{frame.path} cannot be written as a JPEG.")
    return Picture(plain.data, plain.width, plain.height, plain.components == 1, 1)


@lru_cache(maxsize=64)
def is_srgb(profile: bytes, mode: str) -> bool:
    """True if an ICC profile is equivalent to sRGB, or to grey with sRGB's tone curve."""
    steps = np.arange(0, 256, _PROFILE_STEP, dtype=np.uint8)
    grey = np.repeat(steps.reshape(1, -1, 1), 3, axis=-1)
    every = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    wanted: Frames = grey if mode == "L" else every
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        picture = Image.fromarray(np.ascontiguousarray(wanted[..., 0] if mode == "L" else wanted))
        got = ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return False
    if got is None:
        return False
    difference = np.abs(np.asarray(got).astype(int) - wanted.astype(int))
    return bool(difference.max() <= _PROFILE_TOLERANCE)


def shows_planned_photo(data: bytes, turn: int, frame: PlacedPhoto) -> bool:
    """True if a JPEG from the PDF, turned by EXIF orientation `turn`, shows the planned photo.

    A JPEG that was taken as it is is compared by its coded data and orientation, others by a few
    of their pixels.
    """
    try:
        source = read_photo(frame.path)
        if same_scans(data, source):
            return orientation(open_header(io.BytesIO(source))) == turn
        shown = _few_pixels(Image.open(io.BytesIO(data)), turn)
        wanted = _few_pixels(decode_photo(source, short_side=_COMPARED_SIDE), 1)
    except (UnreadablePhotoError, OSError, SyntaxError):
        return False
    return float(np.abs(shown - wanted).mean()) <= _MOST_APART


def _few_pixels(picture: Image.Image, turn: int) -> Floats:
    picture.draft("RGB", (4 * _COMPARED_SIDE, 4 * _COMPARED_SIDE))
    small = turned(picture.convert("RGB"), turn)
    small = small.resize((_COMPARED_SIDE, _COMPARED_SIDE), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64)
