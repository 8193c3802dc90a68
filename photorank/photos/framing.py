"""Fit a photo to an encoder's frame: what is kept, what is squashed, what is filled."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from PIL import Image

from photorank.errors import EncoderError
from photorank.typing import Frames

Colour: TypeAlias = tuple[int, int, int]
_Parts: TypeAlias = list[Image.Image]

FILL: Colour = (124, 116, 104)  # ImageNet's mean colour: near zero after an encoder's normalisation

# A panorama beyond 4:1 is squashed to it: memory and time of a frame stay bounded, whatever
# is in the folder.
_LONGEST = 4
# A strip beyond 64:1 is cut to its middle before it is resized: a line of one pixel by ten
# thousand would grow to half a gigabyte on its way to a square of 224.
_STRIP = 64
_TILE_STEP = 0.75  # of a tile's side, at most: what one tile cuts in two, the next shows whole


def frame(
    photo: Image.Image,
    framing: str,
    size: int,
    *,
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    fill: Colour = FILL,
) -> list[Frames]:
    """Return the frames that an encoder sees of a photo, each (h, w, 3), 0-255.

    Parameters
    ----------
    photo : PIL.Image.Image
        An upright RGB photo.
    framing : {"crop", "pad", "squash", "whole", "tiles"}
        How it is fitted; see `FRAMINGS`.
    size : int
        Pixels of the frame's side, for ``whole`` of its short side.
    resample : PIL.Image.Resampling
        The filter; Pillow's are antialiased.
    fill : tuple of int
        The colour around the photo in ``pad``.

    Raises
    ------
    EncoderError
        If there is no such framing.

    Examples
    --------
    >>> [f.shape for f in frame(Image.new("RGB", (300, 200)), "tiles", 64)]
    [(64, 64, 3), (64, 64, 3)]
    """
    if framing not in FRAMINGS:
        raise EncoderError(f"there is no framing {framing!r}. There is: {', '.join(FRAMINGS)}.")
    return [np.array(part) for part in FRAMINGS[framing](photo, size, resample, fill)]


def _crop(photo: Image.Image, size: int, resample: Image.Resampling, _: Colour) -> _Parts:
    """Return the square in the middle, with the rounding of torchvision and so of CLIP."""
    short, long = _sides(photo)
    if long > _STRIP * short:
        photo = _middle(photo, _STRIP * min(photo.size))
        short, long = sorted(photo.size)
    photo = _with_sides(photo, size, int(size * long / short), resample)
    left, top = round((photo.width - size) / 2), round((photo.height - size) / 2)
    return [photo.crop((left, top, left + size, top + size))]


def _pad(photo: Image.Image, size: int, resample: Image.Resampling, fill: Colour) -> _Parts:
    """Return the whole photo in the middle of a square."""
    short, long = _sides(photo)
    photo = _with_sides(photo, max(1, round(short * size / long)), size, resample)
    square = Image.new("RGB", (size, size), fill)
    square.paste(photo, ((size - photo.width) // 2, (size - photo.height) // 2))
    return [square]


def _squash(photo: Image.Image, size: int, resample: Image.Resampling, _: Colour) -> _Parts:
    """Return the whole photo made square."""
    return [photo.resize((size, size), resample)]


def _whole(photo: Image.Image, size: int, resample: Image.Resampling, _: Colour) -> _Parts:
    """Return the whole photo in its own shape, up to 4:1."""
    short, long = _sides(photo)
    return [_with_sides(photo, size, min(int(size * long / short), _LONGEST * size), resample)]


def _tiles(photo: Image.Image, size: int, resample: Image.Resampling, fill: Colour) -> _Parts:
    """Return overlapping squares that cover the whole photo along its long side, at most five."""
    [whole] = _whole(photo, size, resample, fill)
    spare = max(whole.size) - size
    steps = math.ceil(spare / (_TILE_STEP * size))
    starts = [round(spare * step / max(steps, 1)) for step in range(steps + 1)]
    if whole.width > whole.height:
        return [whole.crop((at, 0, at + size, size)) for at in starts]
    return [whole.crop((0, at, size, at + size)) for at in starts]


def _sides(photo: Image.Image) -> tuple[int, int]:
    """Return the short and the long side, of the full photo where this one is scaled down.

    The scaled-down sides are rounded, and a frame that is one pixel longer for it moves an
    embedding further than the scaling does: to a cosine of 0.989 was seen.
    """
    short, long = sorted(photo.size)
    full_short, full_long = photo.info.get("full_size", (short, long))
    rounding = full_long / full_short  # pixels of the long side that one of the short side is
    # A part that was cut out of a photo inherits its `info`, but not its shape.
    if abs(short * rounding - long) > rounding:
        return short, long
    return full_short, full_long


def _with_sides(
    photo: Image.Image, short: int, long: int, resample: Image.Resampling
) -> Image.Image:
    """Return the photo resized to these sides, upright as it was."""
    return photo.resize((short, long) if photo.width <= photo.height else (long, short), resample)


def _middle(photo: Image.Image, long: int) -> Image.Image:
    """Return the middle of a strip."""
    cut = (max(photo.size) - long) // 2
    if photo.width > photo.height:
        return photo.crop((cut, 0, cut + long, photo.height))
    return photo.crop((0, cut, photo.width, cut + long))


FRAMINGS: dict[str, Callable[[Image.Image, int, Image.Resampling, Colour], _Parts]] = {
    "crop": _crop,
    "pad": _pad,
    "squash": _squash,
    "whole": _whole,
    "tiles": _tiles,
}
