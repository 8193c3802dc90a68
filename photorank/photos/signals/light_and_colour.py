"""Light and colour of a picture: brightness, clipping, contrast, colourfulness, colour cast."""

import numpy as np
from PIL import Image

from photorank.typing import Frames, Grey

_BLACK, _WHITE = 5, 250  # sRGB levels at which no drawing is left, in print least of all
_SMALL = 128  # pixels of the long side at which colour is looked at: casts are not in the detail


def brightness(grey: Grey) -> float:
    """Return the mean lightness of the picture's grey levels.

    Returns
    -------
    float
        From 0, black, to 1, white; neither end is good.
    """
    return float(grey.mean(dtype=np.float64))


def clipped_shadows(pixels: Frames) -> float:
    """Return the share of pixels that are black in every channel: shadows without drawing.

    Returns
    -------
    float
        From 0 to 1; lower is better, but a night sky is black as well.

    Examples
    --------
    >>> clipped_shadows(np.array([[[0, 3, 5], [0, 3, 9]]], dtype=np.uint8))
    0.5
    """
    return float((_lightest(pixels) <= _BLACK).mean())


def clipped_highlights(pixels: Frames) -> float:
    """Return the share of pixels that are white in every channel: lights without drawing.

    Returns
    -------
    float
        From 0 to 1; lower is better, but a lamp is white as well.

    Examples
    --------
    >>> clipped_highlights(np.array([[[255, 250, 251], [255, 200, 255]]], dtype=np.uint8))
    0.5
    """
    return float((_darkest(pixels) >= _WHITE).mean())


def contrast(grey: Grey) -> float:
    """Return the root mean square contrast: the standard deviation of grey levels.

    Returns
    -------
    float
        From 0, flat, to 0.5, half black and half white; most photos lie between
        0.1 and 0.3.

    References
    ----------
    Peli, E. (1990). Contrast in complex images. https://doi.org/10.1364/JOSAA.7.002032
    """
    return float(grey.std(dtype=np.float64))


def colourfulness(pixels: Frames) -> float:
    """Return how colourful people find a picture of these pixels.

    Returns
    -------
    float
        From 0, grey, to about 110, extremely colourful (15 slightly, 33
        moderately, 59 quite).

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
    """Return how far the mean colour is from grey.

    The distance in the a*, b* plane of CIELAB. A meadow is green without any
    fault of the camera: it says most among shots of one scene.

    Returns
    -------
    float
        From 0, neutral, to about 100; beyond 10 most pictures look tinted.

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
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    lab = rgb2lab(np.asarray(small))
    return float(np.hypot(*lab[..., 1:].mean(axis=(0, 1))))


def _lightest(pixels: Frames) -> Frames:
    """Return each pixel's lightest channel (h, w); quicker than max over an axis."""
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def _darkest(pixels: Frames) -> Frames:
    """Return each pixel's darkest channel (h, w)."""
    return np.minimum(np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
