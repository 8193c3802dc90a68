"""Signals of light and colour: brightness, clipping, contrast, colourfulness, colour cast."""

import numpy as np
from PIL import Image

from photorank.typing import Frames, Grey

_MAX_BLACK, _MIN_WHITE = 5, 250  # sRGB levels, 0 to 255, beyond which no detail is left
_CAST_SIDE = 128  # pixels of the long side for the mean colour, which needs no detail


def brightness(grey: Grey) -> float:
    """Mean grey level of a picture, from 0 (black) to 1 (white); neither end is good."""
    return float(grey.mean(dtype=np.float64))


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


def contrast(grey: Grey) -> float:
    """Root mean square contrast: the standard deviation of grey levels.

    Returns
    -------
    float
        0 (flat) to 0.5 (half black, half white); most photos have 0.1 to 0.3.

    References
    ----------
    Peli, E. (1990). Contrast in complex images. https://doi.org/10.1364/JOSAA.7.002032
    """
    return float(grey.std(dtype=np.float64))


def colourfulness(pixels: Frames) -> float:
    """Colourfulness of a picture as people judge it.

    Returns
    -------
    float
        0 (grey) to about 110 (extremely colourful); 15 is slightly, 33 moderately, 59 quite.

    References
    ----------
    Hasler, D. & Süsstrunk, S. (2003). Measuring colorfulness in natural images.
    https://doi.org/10.1117/12.477378

    Examples
    --------
    >>> colourfulness(np.full((4, 4, 3), 99, dtype=np.uint8))
    0.0
    """
    red, green, blue = (pixels[..., channel].astype(np.float32) for channel in range(3))
    against_green, against_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(against_green.std(), against_blue.std())
    return float(spread + 0.3 * np.hypot(against_green.mean(), against_blue.mean()))


def colour_cast(photo: Image.Image) -> float:
    """Distance of the mean colour from grey, in the a*, b* plane of CIELAB.

    It compares shots of one scene best: a meadow is green without a fault of the camera.

    Returns
    -------
    float
        0 (neutral) to about 100; above 10 most pictures look tinted.

    References
    ----------
    Gasparini, F. & Schettini, R. (2004). Color balancing of digital photos using
    simple image statistics. https://doi.org/10.1016/j.patcog.2003.12.007

    Examples
    --------
    >>> round(colour_cast(Image.new("RGB", (9, 9), (128, 128, 128))), 2)
    0.0
    """
    from skimage.color import rgb2lab

    small = photo.copy()
    small.thumbnail((_CAST_SIDE, _CAST_SIDE), Image.Resampling.BOX)
    lab = rgb2lab(np.asarray(small))
    return float(np.hypot(*lab[..., 1:].mean(axis=(0, 1))))
