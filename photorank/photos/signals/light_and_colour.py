"""Signals of clipping: the shares of black and of white pixels."""

import numpy as np

from photorank.typing import Frames

_MAX_BLACK, _MIN_WHITE = 5, 250  # sRGB levels, 0 to 255, beyond which no detail is left


def clipped_shadows(pixels: Frames) -> float:
    """Share of pixels that are black in every channel, 0 to 1.

    Lower is better, but a night sky is black as well.

    Examples
    --------
    >>> clipped_shadows(np.array([[[0, 3, 5], [0, 3, 9]]], dtype=np.uint8))
    0.5
    """
    red, green, blue = np.moveaxis(pixels, -1, 0)
    lightest = np.maximum(np.maximum(red, green), blue)  # quicker than max over an axis
    return float((lightest <= _MAX_BLACK).mean())


def clipped_highlights(pixels: Frames) -> float:
    """Share of pixels that are white in every channel, 0 to 1.

    Lower is better, but a lamp is white as well.

    Examples
    --------
    >>> clipped_highlights(np.array([[[255, 250, 251], [255, 200, 255]]], dtype=np.uint8))
    0.5
    """
    red, green, blue = np.moveaxis(pixels, -1, 0)
    darkest = np.minimum(np.minimum(red, green), blue)
    return float((darkest >= _MIN_WHITE).mean())
