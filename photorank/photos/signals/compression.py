"""What storing a photo has cost: the quality it says it was saved with, and the blocks it shows."""

import io
from functools import cache
from math import nan

import numpy as np
from PIL import Image

from photorank.typing import Floats, Grey

_BLOCK = 8  # pixels of JPEG's blocks


def jpeg_quality(photo: Image.Image) -> float:
    """Return the quality that a JPEG file was last saved with, from its quantisation table.

    The quality at which libjpeg's table for brightness is nearest to the
    file's; for the tables of most programs and cameras it is an equivalent.

    Parameters
    ----------
    photo : PIL.Image.Image
        As it was opened; no pixel has to be decoded.

    Returns
    -------
    float
        From 1 to 100; higher is better, and below about 75 it can be seen. nan
        for another format.

    References
    ----------
    Kornblum, J. D. (2008). Using JPEG quantization tables to identify imagery
    processed by software. https://doi.org/10.1016/j.diin.2008.05.004

    Examples
    --------
    >>> file = io.BytesIO()
    >>> Image.new("RGB", (8, 8)).save(file, "JPEG", quality=83)
    >>> jpeg_quality(Image.open(file))
    83.0
    """
    tables = getattr(photo, "quantization", None) or {}
    brightness = next((table for _, table in sorted(tables.items())), ())
    if len(brightness) != _BLOCK**2 or min(brightness) < 1:
        return nan
    distances = np.abs(np.log(np.array(brightness) / _tables_by_quality()))
    return float(np.argmin(distances.sum(axis=1)) + 1)


def blockiness(grey: Grey) -> float:
    """Return how much greater steps are at the edges of JPEG's blocks than inside them.

    Wherever the grid begins, as a crop moves it; the mean of both directions.
    In a picture that was scaled the grid is gone.

    Returns
    -------
    float
        A ratio, lower is better; 1 is none, and above about 1.2 it can be seen.
        nan for a flat picture, or fewer than 16 pixels in a direction.

    References
    ----------
    Wang, Z., Sheikh, H. R. & Bovik, A. C. (2002). No-reference perceptual quality
    assessment of JPEG compressed images. https://doi.org/10.1109/ICIP.2002.1038064

    Examples
    --------
    >>> grid = np.kron(np.random.default_rng(0).random((9, 9)), np.ones((8, 8)))
    >>> blockiness(grid.astype(np.float32)) > 100
    True
    """
    if min(grey.shape) < 2 * _BLOCK:
        return nan
    across = np.abs(np.diff(grey, axis=1)).mean(axis=0, dtype=np.float64)
    down = np.abs(np.diff(grey, axis=0)).mean(axis=1, dtype=np.float64)
    if not (across.any() and down.any()):
        return nan
    return (_grid(across) + _grid(down)) / 2


def _grid(steps: Floats) -> float:
    """Return the greatest mean step of the eight places in a block over the others' median."""
    places = np.sort([steps[start::_BLOCK].mean() for start in range(_BLOCK)])
    inside = max(float(np.median(places[:-1])), 1e-3 / 255)  # blocks may be flat
    return float(places[-1]) / inside


@cache
def _tables_by_quality() -> Floats:
    """Return libjpeg's table for brightness at each quality from 1 to 100, (100, 64)."""
    tables = []
    for quality in range(1, 101):
        file = io.BytesIO()
        Image.new("L", (1, 1)).save(file, "JPEG", quality=quality)
        saved = Image.open(file, formats=["JPEG"])
        tables.append(saved.quantization[0])  # type: ignore[attr-defined]
    return np.array(tables, dtype=np.float64)
