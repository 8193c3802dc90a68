"""Measurement of clipping: the shares of black and of white pixels in a photo."""

import numpy as np
from PIL import Image

_MAX_BLACK, _MIN_WHITE = 5, 250  # sRGB levels, 0 to 255, beyond which no detail is left


def clipped_shares(photo: Image.Image) -> tuple[float, float]:
    """Share of black pixels and share of white pixels in an RGB photo, each from 0 to 1.

    A pixel is black or white if it is so in every channel. Lower is better, but a night sky is
    black and a lamp white as well.

    Examples
    --------
    >>> clipped_shares(Image.new("RGB", (8, 8), (0, 3, 5)))
    (1.0, 0.0)
    """
    red, green, blue = map(np.asarray, photo.split())
    lightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    black = int(np.count_nonzero(lightest <= _MAX_BLACK))
    white = int(np.count_nonzero(darkest >= _MIN_WHITE))
    return black / red.size, white / red.size
