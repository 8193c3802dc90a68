"""Print quality of a photo: resolution, cropping, darkness, and edges invisible on white paper."""

from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Literal

from PIL import Image

from photorank.photos.hash_and_shape import measured_file

Fitness = Literal["fine", "soft", "too small"]

_CM_PER_INCH = 2.54
# Dots an inch above which a print in the hand looks sharp, and below which pixels are visible.
FINE_DPI, MIN_DPI = 200.0, 120.0
_MAX_DARK_BRIGHTNESS = 0.2  # mean grey level, 0 to 1, below which a print looks muddy
_PAPER_WHITE = 243  # grey level from which an edge is invisible on paper
_LIGHT_SHARE = 0.5  # share of an edge that must be this light
_MIN_NOTED_LOSS = 0.15  # share of the photo lost by cropping that is reported


@dataclass(frozen=True)
class Page:
    """Size in cm of the area that a printed photo fills: a page, or part of a page."""

    short: float  # cm
    long: float  # cm

    def __str__(self) -> str:
        return f"{self.short:g} × {self.long:g} cm"


@dataclass(frozen=True)
class PrintQuality:
    """Print quality of a photo on a page: dpi, share cropped away, and darkness."""

    page: Page
    dpi: float  # dots an inch, after cropping
    lost: float  # share of the picture that is cropped, 0 to 1
    dark: bool  # the print would look muddy

    @property
    def fitness(self) -> Fitness:
        """Class of print quality (fine, soft or too small), from the resolution in dpi."""
        if self.dpi >= FINE_DPI:
            return "fine"
        return "soft" if self.dpi >= MIN_DPI else "too small"

    def __str__(self) -> str:
        words = [f"{self.dpi:.0f} dpi at {self.page}: {self.fitness}"]
        if self.lost >= _MIN_NOTED_LOSS:
            words.append(f"{self.lost:.0%} of it is cut off")
        if self.dark:
            words.append("very dark in print")
        return ", ".join(words)


def parse_page(text: str) -> Page:
    """Page size parsed from text like ``20x30`` in cm; raises ValueError if not 1 to 1,000 cm.

    >>> parse_page("30 x 20")
    Page(short=20.0, long=30.0)
    """
    sides = sorted(float(side) for side in text.lower().replace("×", "x").split("x"))
    if len(sides) != 2 or not 1 <= sides[0] <= sides[1] <= 1000:
        raise ValueError(f"{text!r} is not a page's two sides in centimetres, like 20x30")
    return Page(*sides)


def print_quality(
    width: float, height: float, page: Page, *, brightness: float = nan
) -> PrintQuality:
    """Print quality of a photo of `width` × `height` pixels that fills a page.

    The page is turned as the photo is, and the excess of the photo is cropped. `brightness` is the
    signal of that name, nan if unknown.

    >>> print(print_quality(2400, 1600, Page(20, 30)))
    203 dpi at 20 × 30 cm: fine
    >>> print(print_quality(1600, 1600, Page(20, 30), brightness=0.1))
    135 dpi at 20 × 30 cm: soft, 33% of it is cut off, very dark in print
    """
    if not (width >= 1 and height >= 1):
        raise ValueError(f"a photo of {width} x {height} pixels cannot be printed")
    short, long = sorted((width, height))
    dots = min(short / page.short, long / page.long)  # per cm
    lost = 1 - (dots * page.short) * (dots * page.long) / (short * long)
    return PrintQuality(
        page,
        dpi=dots * _CM_PER_INCH,
        lost=max(lost, 0.0),
        dark=brightness <= _MAX_DARK_BRIGHTNESS,  # False for nan
    )


def is_light_at_the_edge(path: Path) -> bool:
    """True if an edge of a thumbnail would be invisible on white; False for an unreadable file."""
    return bool(measured_file(path, _light_at_the_edge))


def _light_at_the_edge(picture: Image.Image) -> bool:
    grey = picture.convert("L")
    right, below = grey.width - 1, grey.height - 1
    sides = [(0, 0, right + 1, 1), (0, below, right + 1, below + 1)]
    sides += [(0, 0, 1, below + 1), (right, 0, right + 1, below + 1)]
    light = [sum(grey.crop(side).histogram()[_PAPER_WHITE:]) for side in sides]
    long = [(x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in sides]
    return any(white > _LIGHT_SHARE * all_ for white, all_ in zip(light, long, strict=True))
