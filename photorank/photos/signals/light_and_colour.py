"""Signals of clipping: shares of black and of white pixels."""

from PIL import Image, ImageChops

_MAX_BLACK, _MIN_WHITE = 5, 250  # sRGB levels, 0 to 255, beyond which no detail is left


def clipped_shadows(photo: Image.Image) -> float:
    """Share of an RGB photo's pixels that are black in every channel, 0 to 1.

    Lower is better, but a night sky is black as well.

    Examples
    --------
    >>> clipped_shadows(Image.new("RGB", (8, 8), (0, 3, 5)))
    1.0
    """
    red, green, blue = photo.split()
    lightest = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(lightest[: _MAX_BLACK + 1]) / (photo.width * photo.height)


def clipped_highlights(photo: Image.Image) -> float:
    """Share of an RGB photo's pixels that are white in every channel, 0 to 1.

    Lower is better, but a lamp is white as well.

    Examples
    --------
    >>> clipped_highlights(Image.new("RGB", (8, 8), (255, 250, 251)))
    1.0
    """
    red, green, blue = photo.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue).histogram()
    return sum(darkest[_MIN_WHITE:]) / (photo.width * photo.height)
