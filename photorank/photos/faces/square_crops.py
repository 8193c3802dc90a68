"""Rotated square regions of a photo, resized to the input size of a network."""

from math import cos, sin
from typing import NamedTuple

import numpy as np
from PIL import Image

from photorank.typing import Floats, Frames

# Corners of the unit square around 0.
_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


class Square(NamedTuple):
    """Square region of a photo in pixels, possibly rotated or partly outside the photo."""

    x: float  # of its centre
    y: float
    side: float
    angle: float = 0.0  # radians, clockwise as the photo is seen

    def points(self, inside: Floats) -> Floats:
        """Pixel positions (n, 2) in the photo, for points (n, 2) given as fractions of the square.

        Fractions are from 0 to 1 inside the square, along the square's own axes.
        """
        turn = np.array([[cos(self.angle), sin(self.angle)], [-sin(self.angle), cos(self.angle)]])
        return (inside - 0.5) * self.side @ turn + (self.x, self.y)


def square_crop(photo: Image.Image, square: Square, pixels: int) -> Frames:
    """Image (h, w, 3) of a rotated square region of a photo; black outside the photo.

    Height and width are `pixels`.
    """
    corners = square.points(_CORNERS + 0.5)
    reduction = max(int(square.side / pixels), 1)
    low = np.floor(corners.min(axis=0)) - reduction
    high = np.ceil(corners.max(axis=0)) + reduction
    left, top = np.maximum(low, 0).astype(int).tolist()
    right, bottom = np.minimum(high, photo.size).astype(int).tolist()
    if right <= left or bottom <= top:
        return np.zeros((pixels, pixels, 3), dtype=np.uint8)
    # A network's pixel is a mean of many of a large photo; two or less are left to the filter.
    part = photo.reduce(reduction, (left, top, right, bottom))
    step = square.side / pixels / reduction
    across, down = step * cos(square.angle), step * sin(square.angle)
    x0, y0 = (corners[0] - (left, top)) / reduction
    piece = part.transform(
        (pixels, pixels),
        Image.Transform.AFFINE,
        (across, -down, x0, down, across, y0),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(piece)


def square_around(points: Floats, angle: float, scale: float) -> Square:
    """Square region around points (n, 2) of a photo, enlarged by the factor `scale`."""
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = ((low + high) / 2).tolist()
    return Square(x, y, scale * float((high - low).max()), angle)
