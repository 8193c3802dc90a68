"""Measurement of lossy compression: a photo's JPEG quality."""

import io
from functools import cache
from math import nan

import numpy as np
from PIL import Image

from photorank.typing import Floats

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


@cache
def _tables_by_quality() -> Floats:
    """Luminance quantisation tables (100, 64) of libjpeg for qualities 1 to 100."""
    tables = []
    for quality in range(1, 101):
        file = io.BytesIO()
        Image.new("L", (1, 1)).save(file, "JPEG", quality=quality)
        saved = Image.open(file, formats=["JPEG"])
        tables.append(saved.quantization[0])  # type: ignore[attr-defined]
    return np.array(tables, dtype=np.float64)
