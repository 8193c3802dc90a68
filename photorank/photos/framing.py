"""Fit a photo to an encoder's frame: what is kept, what is squashed, what is filled."""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

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
_VIEW = 0.9  # of each side: what a view that is cut shows of the photo


class Box(NamedTuple):
    """Where a frame lies in its photo, in parts of the photo's sides; mirrored if left > right."""

    left: float
    top: float
    right: float
    bottom: float


class _Into(NamedTuple):
    """What a photo is fitted into."""

    size: int
    resample: Image.Resampling
    fill: Colour
    step: int


def frame(
    photo: Image.Image,
    framing: str,
    size: int,
    *,
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    fill: Colour = FILL,
    step: int = 1,
) -> list[Frames]:
    """Return the frames that an encoder sees of a photo, each (h, w, 3), 0-255.

    Parameters
    ----------
    photo : PIL.Image.Image
        An upright RGB photo.
    framing : {"crop", "pad", "squash", "whole", "tiles", "views"}
        How it is fitted; see `FRAMINGS`.
    size : int
        Pixels of the frame's side, for ``whole`` and ``views`` of its short side.
    resample : PIL.Image.Resampling
        The filter; Pillow's are antialiased.
    fill : tuple of int
        The colour around the photo in ``pad``.
    step : int
        The long side of ``whole`` and ``views`` is a multiple of it, for encoders
        that see a photo in patches.

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
    into = _Into(size, resample, fill, step)
    return [np.array(part) for part in FRAMINGS[framing](photo, into)]


def boxes(width: int, height: int, framing: str, size: int) -> list[Box]:
    """Return where each frame of :func:`frame` lies in a photo, to within a pixel of the frame.

    Of a strip beyond 64:1 only ``crop`` cuts the ends off.

    Examples
    --------
    >>> [box] = boxes(300, 200, "crop", 64)
    >>> round(box.left, 3), box.top, round(box.right, 3), box.bottom
    (0.167, 0, 0.833, 1)
    """
    short, long = sorted((width, height))
    if framing == "views":
        return [Box(0, 0, 1, 1), Box(1, 0, 0, 1), Box(0, 0, _VIEW, _VIEW), _LAST_VIEW]
    if framing == "crop":
        side = short / long
        spans = [((1 - side) / 2, (1 + side) / 2)]
    elif framing == "pad":
        side = long / short
        across = ((1 - side) / 2, (1 + side) / 2)
        return [Box(0, across[0], 1, across[1])] if width > height else [_turned(across)]
    elif framing == "tiles":
        long = min(int(size * long / short), _LONGEST * size)
        spans = [(start / long, (start + size) / long) for start in _starts(long, size)]
    else:
        return [Box(0, 0, 1, 1)]
    if width > height:
        return [Box(left, 0, right, 1) for left, right in spans]
    return [Box(0, top, 1, bottom) for top, bottom in spans]


def _crop(photo: Image.Image, into: _Into) -> _Parts:
    """Return the square in the middle, with the rounding of torchvision and so of CLIP."""
    size = into.size
    short, long = _sides(photo)
    if long > _STRIP * short:
        photo = _middle(photo, _STRIP * min(photo.size))
        short, long = sorted(photo.size)
    photo = _with_sides(photo, size, int(size * long / short), into.resample)
    left, top = round((photo.width - size) / 2), round((photo.height - size) / 2)
    return [photo.crop((left, top, left + size, top + size))]


def _pad(photo: Image.Image, into: _Into) -> _Parts:
    """Return the whole photo in the middle of a square."""
    size = into.size
    short, long = _sides(photo)
    photo = _with_sides(photo, max(1, round(short * size / long)), size, into.resample)
    square = Image.new("RGB", (size, size), into.fill)
    square.paste(photo, ((size - photo.width) // 2, (size - photo.height) // 2))
    return [square]


def _squash(photo: Image.Image, into: _Into) -> _Parts:
    """Return the whole photo made square."""
    return [photo.resize((into.size, into.size), into.resample)]


def _whole(photo: Image.Image, into: _Into) -> _Parts:
    """Return the whole photo in its own shape, up to 4:1."""
    size, step = into.size, into.step
    short, long = _sides(photo)
    long = min(int(size * long / short), _LONGEST * size)
    return [_with_sides(photo, size, max(round(long / step), 1) * step, into.resample)]


def _tiles(photo: Image.Image, into: _Into) -> _Parts:
    """Return overlapping squares that cover the whole photo along its long side, at most five."""
    size = into.size
    [whole] = _whole(photo, into._replace(step=1))
    starts = _starts(max(whole.size), size)
    if whole.width > whole.height:
        return [whole.crop((at, 0, at + size, size)) for at in starts]
    return [whole.crop((0, at, size, at + size)) for at in starts]


def _views(photo: Image.Image, into: _Into) -> _Parts:
    """Return the whole photo, its mirror image, and what is left without two of its edges.

    The mean of their embeddings moves less with chance than that of one frame.
    """
    width, height = (max(round(_VIEW * side), 1) for side in photo.size)
    mirrored = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    first = photo.crop((0, 0, width, height))
    last = photo.crop((photo.width - width, photo.height - height, photo.width, photo.height))
    return [part for view in (photo, mirrored, first, last) for part in _whole(view, into)]


def _starts(long: int, size: int) -> list[int]:
    """Return where tiles begin on a long side."""
    spare = long - size
    steps = math.ceil(spare / (_TILE_STEP * size))
    return [round(spare * step / max(steps, 1)) for step in range(steps + 1)]


def _turned(across: tuple[float, float]) -> Box:
    """Return a box that is as high as its photo."""
    return Box(across[0], 0, across[1], 1)


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


_LAST_VIEW = Box(1 - _VIEW, 1 - _VIEW, 1, 1)

# What keeps the photo's own shape, so that an encoder must take any.
FREE = frozenset({"whole", "views"})

FRAMINGS: dict[str, Callable[[Image.Image, _Into], _Parts]] = {
    "crop": _crop,
    "pad": _pad,
    "squash": _squash,
    "whole": _whole,
    "tiles": _tiles,
    "views": _views,
}
