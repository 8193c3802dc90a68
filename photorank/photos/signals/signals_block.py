"""Signals block: 32 technical measurements of a photo, stored as part of the embedding."""

from math import log10

import numpy as np
from PIL import Image

from photorank.photos.signals.clipping import clipped_shares
from photorank.photos.signals.noise import noise
from photorank.photos.signals.sharpness import sharpness
from photorank.typing import Floats, Grey

# Pixels of the long side at which the signals are measured, as sharpness and noise depend on it:
# about those of the photos whose means and spreads scale the signals, so that a large photo and a
# small copy have the same. Of twelve megapixels `technical` still tells a blur of one pixel.
LONG_SIDE = 512
# Pixels up to which a smaller picture is measured as it is. JPEGs of twelve megapixels are decoded
# to an eighth, 500 pixels, which is a quarter faster than to a quarter.
LEAST_LONG_SIDE = 480
_LEVELS = 4  # of the image pyramid, each half the side of the one before
_COLOUR_REDUCTION = 4  # factor by which sides are reduced before colours are measured
LEAST_NOISE = 0.1  # grey levels of 255, added before the logarithm

_SHARPNESS = ("mean", "subject", "max", "20 %", "median")
NAMES = (
    *(f"sharpness {kind}, octave {level + 1}" for level in range(_LEVELS) for kind in _SHARPNESS),
    *("noise, octave 1", "noise, octave 2"),
    *("brightness", "contrast", "darks", "midtones", "lights", "black", "white"),
    *("colourfulness", "red over green", "yellow over blue"),
)
GROUPS = {  # signal names by subject
    "sharpness": tuple(name for name in NAMES if name.startswith("sharpness")),
    "noise": ("noise, octave 1", "noise, octave 2"),
    "light": ("brightness", "darks", "midtones", "lights"),
    "contrast": ("contrast",),
    "clipping": ("black", "white"),
    "colour": ("colourfulness", "red over green", "yellow over blue"),
}


def signals_block(photo: Image.Image) -> Floats:
    """Technical measurements (32,) of an sRGB photo in the order of `NAMES`; nan if undefined.

    Of a Laplacian pyramid each octave gives the log10 of the mean squared detail: of the whole
    picture, of its middle, of its sharpest tile, and what a fifth and a half of 64 tiles do not
    reach. Then come the log10 of the noise, tones from 0 to 1 (the square root of what is black and
    white) and colours.

    References
    ----------
    Burt, P. J. & Adelson, E. H. (1983). The Laplacian pyramid as a compact image code.
    https://doi.org/10.1109/TCOM.1983.1095851
    """
    levels = _at_standard_size(photo.convert("L"))
    octaves = [np.divide(np.asarray(levels), np.float32(255), dtype=np.float32)]
    while len(octaves) < _LEVELS:
        octaves.append(_half(octaves[-1]))
    return np.concatenate(
        [
            sharpness(octaves),
            [log10(noise(octave) + LEAST_NOISE) for octave in octaves[:2]],
            _tones(levels, photo),
            _colours(photo),
        ]
    )


def _at_standard_size(grey: Image.Image) -> Image.Image:
    """Grey image reduced to a long side of 512 pixels; unchanged if it is smaller."""
    scale = LONG_SIDE / max(grey.size)
    if scale >= 1:
        return grey
    width, height = (max(1, round(side * scale)) for side in grey.size)
    return grey.resize((width, height), Image.Resampling.LANCZOS)


def _half(grey: Grey) -> Grey:
    """Grey image at half its width and height, each pixel the mean of four."""
    height, width = (side // 2 * 2 for side in grey.shape)
    rows = grey[0:height:2, :width] + grey[1:height:2, :width]
    quarters: Grey = (rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25)
    return quarters


def _tones(grey: Image.Image, photo: Image.Image) -> Floats:
    shares = np.array(grey.histogram()) / (grey.width * grey.height)
    levels = np.arange(256) / 255
    mean = float(shares @ levels)
    spread = float(shares @ (levels - mean) ** 2) ** 0.5
    quantiles = levels[np.searchsorted(np.cumsum(shares), [0.05, 0.5, 0.95])]
    return np.array([mean, spread, *quantiles, *np.sqrt(clipped_shares(photo))])


def _colours(photo: Image.Image) -> Floats:
    """Array (3,): colourfulness of a photo, mean red minus green, and mean yellow minus blue.

    Colourfulness is at least 0; the others are from -1 to 1.
    """
    small = np.asarray(photo.reduce(_COLOUR_REDUCTION)).astype(np.int32)
    red, green, blue = small.reshape(-1, 3).T
    # Whole numbers, whose sums are exact, so that grey photos have no colour.
    opponents = [(red - green, 1), (red + green - 2 * blue, 2)]  # times a factor
    means = [float(one.mean()) / factor for one, factor in opponents]
    squares = [float(np.square(one).mean()) / factor**2 for one, factor in opponents]
    variances = [both - mean**2 for both, mean in zip(squares, means, strict=True)]
    return np.array([max(sum(variances), 0.0) ** 0.5, *means]) / 255


def noise_of(signal: float) -> float:
    """Standard deviation of image noise, in grey levels from 0 to 255, from a stored logarithm."""
    return float(10**signal) - LEAST_NOISE
