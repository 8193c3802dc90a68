"""Whether a photo is fit to be printed on a page: enough pixels, not much cut off, not too dark."""

from dataclasses import dataclass
from math import nan
from typing import Literal

Fitness = Literal["fine", "soft", "too small"]

INCH = 2.54  # cm
# Dots an inch from which a print in the hand looks sharp, and below which anybody sees pixels.
FINE_DPI, LEAST_DPI = 200.0, 120.0
DARK = 0.2  # mean grey level up to which what looks well on a screen is muddy on paper
WIDE_CROP = 0.15  # share of the picture whose loss changes what it shows


@dataclass(frozen=True)
class Page:
    """A page or a place on it, printed to its edges."""

    short: float  # cm
    long: float  # cm

    def __str__(self) -> str:
        return f"{self.short:g} × {self.long:g} cm"


@dataclass(frozen=True)
class PrintFitness:
    """How a photo would come out on a page, which is turned as the photo is."""

    page: Page
    dpi: float  # dots an inch, after cropping
    lost: float  # 0 to 1, the share of the picture that cropping takes away
    dark: bool  # it would look muddy

    @property
    def fitness(self) -> Fitness:
        """Whether there are enough pixels."""
        if self.dpi >= FINE_DPI:
            return "fine"
        return "soft" if self.dpi >= LEAST_DPI else "too small"

    def __str__(self) -> str:
        words = [f"{self.dpi:.0f} dpi at {self.page}: {self.fitness}"]
        if self.lost >= WIDE_CROP:
            words.append(f"{self.lost:.0%} of it is cut off")
        if self.dark:
            words.append("very dark in print")
        return ", ".join(words)


def parse_page(text: str) -> Page:
    """Return the page of a text like ``20x30``, in centimetres and in either order.

    Raises
    ------
    ValueError
        If it is not two numbers between 1 and 1,000.

    Examples
    --------
    >>> parse_page("30 x 20")
    Page(short=20.0, long=30.0)
    """
    sides = sorted(float(side) for side in text.lower().replace("×", "x").split("x"))
    if len(sides) != 2 or not 1 <= sides[0] <= sides[1] <= 1000:
        raise ValueError(f"{text!r} is not a page's two sides in centimetres, like 20x30")
    return Page(*sides)


def print_fitness(
    width: float,
    height: float,
    page: Page,
    *,
    brightness: float = nan,
) -> PrintFitness:
    """Return how a photo would come out on a page.

    The photo fills the page, turned as the photo is, and what is too much of
    its longer side is cut off.

    Parameters
    ----------
    width, height : float
        Pixels of the whole photo.
    page : Page
    brightness : float, optional
        Of :mod:`photorank.photos.signals.all_signals`; unknown, nothing is said of darkness.

    Examples
    --------
    >>> print(print_fitness(2400, 1600, Page(20, 30)))
    203 dpi at 20 × 30 cm: fine
    >>> print(print_fitness(1600, 1600, Page(20, 30), brightness=0.1))
    135 dpi at 20 × 30 cm: soft, 33% of it is cut off, very dark in print
    """
    if not (width >= 1 and height >= 1):
        raise ValueError(f"a photo of {width} x {height} pixels cannot be printed")
    short, long = sorted((width, height))
    dots = min(short / page.short, long / page.long)  # a cm
    lost = 1 - (dots * page.short) * (dots * page.long) / (short * long)
    return PrintFitness(
        page,
        dpi=dots * INCH,
        lost=max(lost, 0.0),
        dark=brightness <= DARK,  # never of nan
    )
