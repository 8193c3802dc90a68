"""Signals of lossy compression: JPEG quality and visible blocks."""

import io
from functools import cache
from math import nan

import numpy as np
from PIL import Image

from photorank.typing import Floats, Grey

_BLOCK = 8  # pixels of a JPEG block's side


def jpeg_quality(photo: Image.Image) -> float:
    """JPEG quality, 1 to 100, of the last save, estimated from the quantisation table.

    The quality of libjpeg's luminance table that is nearest to the file's.

    Returns
    -------
    float
        1 to 100; higher is better, below about 75 losses are visible. nan for another format.

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
    """Ratio of grey-level steps at JPEG block edges to steps inside the blocks.

    The mean of both directions, wherever a crop has moved the grid. Resizing removes it.

    Returns
    -------
    float
        1 without blocks; lower is better, above about 1.2 they are visible. nan for a flat picture
        or fewer than 16 pixels in a direction.

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
    """Ratio of the largest mean step at the 8 offsets in a block to the others' median."""
    places = np.sort([steps[start::_BLOCK].mean() for start in range(_BLOCK)])
    inside = max(float(np.median(places[:-1])), 1e-3 / 255)  # never 0: blocks may be flat
    return float(places[-1]) / inside


@cache
def _tables_by_quality() -> Floats:
    """Luminance quantisation tables of libjpeg for qualities 1 to 100, (100, 64)."""
    tables = []
    for quality in range(1, 101):
        file = io.BytesIO()
        Image.new("L", (1, 1)).save(file, "JPEG", quality=quality)
        saved = Image.open(file, formats=["JPEG"])
        tables.append(saved.quantization[0])  # type: ignore[attr-defined]
    return np.array(tables, dtype=np.float64)
