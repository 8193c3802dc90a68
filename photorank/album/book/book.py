"""Photo book as data classes: pages with a box for each photo, warnings, and a cover photo."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from photorank.album.book.geometry import CAPTION_GAP_MM, CAPTION_MM, PageSize

Box: TypeAlias = tuple[float, float, float, float]  # x, y, width, height in mm

LEFT_OUT = "left out: "  # begins the warning about a photo that is on no page
_MM_DIGITS = 4


@dataclass(frozen=True)
class PlacedPhoto:
    """Photo placed on a page: its path, resolution in print, and box (position and size) in mm."""

    path: Path
    digest: str
    box: Box  # from the trimmed page's top left corner
    ppi: float  # pixels an inch at that size
    hairline: bool = False  # a thin line round a photo that would vanish on white


@dataclass(frozen=True)
class BookPage:
    """Page of a photo book: page number, placed photos in book order, and caption."""

    number: int  # 1 is a right-hand page
    frames: tuple[PlacedPhoto, ...]
    caption: str = ""

    @property
    def caption_at(self) -> tuple[float, float]:
        """Start (x, y) of the caption's baseline, in mm from the page's top left corner."""
        left = min(frame.box[0] for frame in self.frames)
        below = max(frame.box[1] + frame.box[3] for frame in self.frames)
        return left, below + CAPTION_GAP_MM + 0.75 * CAPTION_MM


@dataclass(frozen=True)
class BookWarning:
    """Warning about a photo, or about the whole book if `path` is None."""

    path: Path | None
    reason: str


@dataclass(frozen=True)
class Book:
    """Photo book with its planned pages, warnings and proposed cover photo."""

    size: PageSize
    pages: tuple[BookPage, ...]
    warnings: tuple[BookWarning, ...] = ()
    cover: Path | None = None  # the photo that is proposed for it
    cover_reason: str = ""

    @property
    def frames(self) -> list[PlacedPhoto]:
        """Placed photos of all pages (:class:`PlacedPhoto`), in the order of the pages."""
        return [frame for page in self.pages for frame in page.frames]

    @property
    def spreads(self) -> list[tuple[BookPage | None, BookPage | None]]:
        """Pairs of facing pages (left, right), with None for a missing page."""
        by_number = {page.number: page for page in self.pages}
        last = len(self.pages)
        return [(by_number.get(left), by_number.get(left + 1)) for left in range(0, last + 1, 2)]


def rounded(box: Any) -> Box:
    """Photo's box (x, y, width, height) in mm, rounded to 0.0001 mm."""
    x, y, width, height = (round(float(one), _MM_DIGITS) for one in box)
    return x, y, width, height
