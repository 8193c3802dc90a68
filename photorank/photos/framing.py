"""Framings: ways to fit a photo to an encoder's input by cropping, padding or stretching."""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image

from photorank.errors import EncoderError
from photorank.typing import Frames

Colour: TypeAlias = tuple[int, int, int]
_Images: TypeAlias = list[Image.Image]

FILL: Colour = (124, 116, 104)  # ImageNet's mean colour: near zero after an encoder's normalisation

# Longer panoramas are squashed to this ratio, which bounds a frame's memory and time.
_MAX_ASPECT_RATIO = 4
# Longer strips are cut to their middle before they are resized: a line of 1 x 10,000 pixels would
# grow to half a gigabyte on its way to a square of 224.
_MAX_STRIP_RATIO = 64
_MAX_TILE_STEP = 0.75  # of a tile's side, so that tiles overlap
_VIEW_SIDE = 0.9  # share of the photo's sides in a cropped view


class Box(NamedTuple):
    """Region of a photo, in fractions of the photo's width and height.

    It is what a network input shows. The network input is mirrored if left > right.
    """

    left: float
    top: float
    right: float
    bottom: float


class _FrameOptions(NamedTuple):
    """Options of :func:`frame`, such as output size, resampling filter and fill colour."""

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
    """List of network inputs (h, w, 3), made from an upright photo by cropping or resizing.

    `size` is the frame's side in pixels (the short side for ``whole`` and ``views``). The long side
    of these two is a multiple of `step`, for encoders that divide a photo into patches. `fill`
    surrounds the photo in ``pad``. Raises EncoderError for an unknown framing.

    >>> [f.shape for f in frame(Image.new("RGB", (300, 200)), "tiles", 64)]
    [(64, 64, 3), (64, 64, 3)]
    """
    if framing not in FRAMINGS:
        raise EncoderError(f"there is no framing {framing!r}. There is: {', '.join(FRAMINGS)}.")
    target = _FrameOptions(size, resample, fill, step)
    return [np.array(image) for image in FRAMINGS[framing](photo, target)]


def boxes(width: int, height: int, framing: str, size: int) -> list[Box]:
    """Regions of a photo, one for each network input that :func:`frame` makes.

    Accurate to one pixel of the network input.

    Only ``crop`` cuts the ends off a strip beyond 64:1.

    >>> [box] = boxes(300, 200, "crop", 64)
    >>> round(box.left, 3), box.top, round(box.right, 3), box.bottom
    (0.167, 0, 0.833, 1)
    """
    short, long = sorted((width, height))
    if framing == "views":
        last = Box(1 - _VIEW_SIDE, 1 - _VIEW_SIDE, 1, 1)
        return [Box(0, 0, 1, 1), Box(1, 0, 0, 1), Box(0, 0, _VIEW_SIDE, _VIEW_SIDE), last]
    if framing == "crop":
        side = short / long
        spans = [((1 - side) / 2, (1 + side) / 2)]
    elif framing == "pad":
        side = long / short
        low, high = (1 - side) / 2, (1 + side) / 2
        return [Box(0, low, 1, high) if width > height else Box(low, 0, high, 1)]
    elif framing == "tiles":
        long = min(int(size * long / short), _MAX_ASPECT_RATIO * size)
        spans = [(start / long, (start + size) / long) for start in _tile_starts(long, size)]
    else:
        return [Box(0, 0, 1, 1)]
    if width > height:
        return [Box(left, 0, right, 1) for left, right in spans]
    return [Box(0, top, 1, bottom) for top, bottom in spans]


def _crop(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Central square of a photo, resized with the same rounding as in torchvision and CLIP."""
    size = target.size
    short, long = _full_sides(photo)
    if long > _MAX_STRIP_RATIO * short:
        photo = _strip_middle(photo, _MAX_STRIP_RATIO * min(photo.size))
        short, long = sorted(photo.size)
    photo = _resized(photo, size, int(size * long / short), target.resample)
    left, top = round((photo.width - size) / 2), round((photo.height - size) / 2)
    return [photo.crop((left, top, left + size, top + size))]


def _pad(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Whole photo centred in a square, with margins in one colour."""
    size = target.size
    short, long = _full_sides(photo)
    photo = _resized(photo, max(1, round(short * size / long)), size, target.resample)
    square = Image.new("RGB", (size, size), target.fill)
    square.paste(photo, ((size - photo.width) // 2, (size - photo.height) // 2))
    return [square]


def _squash(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Whole photo stretched to a square."""
    return [photo.resize((target.size, target.size), target.resample)]


def _whole(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Whole photo in its own aspect ratio; a photo longer than 4:1 is squeezed to 4:1."""
    size, step = target.size, target.step
    short, long = _full_sides(photo)
    long = min(int(size * long / short), _MAX_ASPECT_RATIO * size)
    return [_resized(photo, size, max(round(long / step), 1) * step, target.resample)]


def _tiles(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Overlapping squares, at most five, that cover the whole photo along its long side."""
    size = target.size
    [whole] = _whole(photo, target._replace(step=1))
    starts = _tile_starts(max(whole.size), size)
    if whole.width > whole.height:
        return [whole.crop((left, 0, left + size, size)) for left in starts]
    return [whole.crop((0, top, size, top + size)) for top in starts]


def _views(photo: Image.Image, target: _FrameOptions) -> _Images:
    """Four views of a photo: whole, mirrored, and crops of two opposite corners.

    A crop has 90 % of the photo's width and height.
    The mean of the views' embeddings varies less by chance than the embedding of one frame.
    """
    width, height = (max(round(_VIEW_SIDE * side), 1) for side in photo.size)
    mirrored = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    first = photo.crop((0, 0, width, height))
    last = photo.crop((photo.width - width, photo.height - height, photo.width, photo.height))
    return [image for view in (photo, mirrored, first, last) for image in _whole(view, target)]


def _tile_starts(long: int, size: int) -> list[int]:
    """Pixel offset of each tile along the long side of a resized photo."""
    spare = long - size
    steps = math.ceil(spare / (_MAX_TILE_STEP * size))
    return [round(spare * step / max(steps, 1)) for step in range(steps + 1)]


def _full_sides(photo: Image.Image) -> tuple[int, int]:
    """Short and long side, in pixels, that a photo had before it was reduced during decoding.

    Scaled-down sides are rounded, and a frame that is one pixel longer because of it changes an
    embedding more than the scaling does: down to a cosine of 0.989.
    """
    short, long = sorted(photo.size)
    full_short, full_long = photo.info.get("full_size", (short, long))
    rounding = full_long / full_short  # error of the long side for one pixel of the short side
    # A part that was cut out of a photo inherits its `info`, but not its shape.
    if abs(short * rounding - long) > rounding:
        return short, long
    return full_short, full_long


def _resized(photo: Image.Image, short: int, long: int, resample: Image.Resampling) -> Image.Image:
    """Photo resized to a given short and long side in pixels."""
    return photo.resize((short, long) if photo.width <= photo.height else (long, short), resample)


def _strip_middle(photo: Image.Image, long: int) -> Image.Image:
    """Middle part of an elongated photo, cut to `long` pixels along its long side."""
    cut = (max(photo.size) - long) // 2
    if photo.width > photo.height:
        return photo.crop((cut, 0, cut + long, photo.height))
    return photo.crop((0, cut, photo.width, cut + long))


# Framings that keep the photo's shape; they need an encoder that takes any.
ANY_SHAPE = frozenset({"whole", "views"})

FRAMINGS: dict[str, Callable[[Image.Image, _FrameOptions], _Images]] = {
    "crop": _crop,
    "pad": _pad,
    "squash": _squash,
    "whole": _whole,
    "tiles": _tiles,
    "views": _views,
}
