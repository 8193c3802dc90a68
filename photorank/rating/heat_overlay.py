"""Drawing of heat maps over photos."""

import numpy as np
from PIL import Image

from photorank.typing import Floats

_UP = (255, 140, 0)  # orange: raises the rating
_DOWN = (0, 110, 255)  # blue: lowers it; distinct for colour-blind people, too
_MAX_OPACITY = 0.65  # of the heat colour
_DESATURATION = 0.8  # of the photo, so that its colours do not pass for heat
_MAX_CELLS = 12  # along the long side: an encoder's positions are no finer


def overlay(photo: Image.Image, values: Floats, most: float | None = None) -> Image.Image:
    """Photo overlaid with a heat map (rows, columns): orange if positive, blue if negative.

    `most` is the value with the strongest colour, by default the greatest in size; the same one for
    two photos makes their maps comparable.

    >>> shown = overlay(Image.new("RGB", (2, 1), (99, 99, 99)), np.array([[1.0, 0.0]]))
    >>> shown.getpixel((1, 0))
    (99, 99, 99)
    """
    most = most or float(np.abs(values).max()) or 1.0
    cells = Image.fromarray((values / most).clip(-1, 1).astype(np.float32))
    coarser = max(max(cells.size) / _MAX_CELLS, 1)
    sides = max(round(cells.width / coarser), 1), max(round(cells.height / coarser), 1)
    cells = cells.resize(sides, Image.Resampling.BOX)
    smooth = cells.resize(photo.size, Image.Resampling.BICUBIC)
    heat = np.asarray(smooth)[..., None].clip(-1, 1)  # (h, w, 1)
    pixels = np.asarray(photo.convert("RGB"), dtype=np.float32)
    grey = np.asarray(photo.convert("L").convert("RGB"), dtype=np.float32)
    pixels = (1 - _DESATURATION) * pixels + _DESATURATION * grey
    colour = np.where(heat > 0, np.array(_UP, np.float32), np.array(_DOWN, np.float32))
    covered = _MAX_OPACITY * np.abs(heat)
    return Image.fromarray((pixels * (1 - covered) + colour * covered).round().astype(np.uint8))
