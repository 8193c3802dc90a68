"""Draw what parts of a photo do over the photo itself."""

import numpy as np
from PIL import Image

from photorank.typing import Floats

UP = (255, 140, 0)  # orange: lifts the rating
DOWN = (0, 110, 255)  # blue: lowers it; told apart by any eye
_STRONGEST = 0.65  # of the photo is hidden at most
_GREY = 0.8  # of the photo's own colour is taken out, or it would be read as heat
_CELLS = 12  # along the long side at most: an encoder's positions are no finer


def overlay(photo: Image.Image, values: Floats, most: float | None = None) -> Image.Image:
    """Return a photo under a map of what lifts (orange) or lowers (blue) its rating.

    Parameters
    ----------
    photo : PIL.Image.Image
        RGB.
    values : ndarray of shape (rows, columns)
        Where it is 0 only the photo's own colour fades.
    most : float, optional
        What is drawn strongest; by default the greatest value in size. The same for two
        photos makes their maps comparable.

    Examples
    --------
    >>> shown = overlay(Image.new("RGB", (2, 1), (99, 99, 99)), np.array([[1.0, 0.0]]))
    >>> shown.getpixel((1, 0))
    (99, 99, 99)
    """
    most = most or float(np.abs(values).max()) or 1.0
    cells = Image.fromarray((values / most).clip(-1, 1).astype(np.float32))
    coarser = max(max(cells.size) / _CELLS, 1)
    sides = max(round(cells.width / coarser), 1), max(round(cells.height / coarser), 1)
    cells = cells.resize(sides, Image.Resampling.BOX)
    smooth = cells.resize(photo.size, Image.Resampling.BICUBIC)
    heat = np.asarray(smooth)[..., None].clip(-1, 1)  # (h, w, 1)
    pixels = np.asarray(photo.convert("RGB"), dtype=np.float32)
    grey = np.asarray(photo.convert("L").convert("RGB"), dtype=np.float32)
    pixels = (1 - _GREY) * pixels + _GREY * grey
    colour = np.where(heat > 0, np.array(UP, np.float32), np.array(DOWN, np.float32))
    covered = _STRONGEST * np.abs(heat)
    return Image.fromarray((pixels * (1 - covered) + colour * covered).round().astype(np.uint8))
