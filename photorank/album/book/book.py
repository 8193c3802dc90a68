"""Plan of a book: the position of every photo on every page; writing and reading as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from photorank.album.book.geometry import CAPTION_GAP_MM, CAPTION_MM, PageSize
from photorank.errors import AlbumError
from photorank.json_values import fault_in_json

Box: TypeAlias = tuple[float, float, float, float]  # x, y, width, height in mm

MAX_PAGES = 2000
MAX_FRAMES = 64  # photos on one page of a written plan
MAX_CAPTION_LETTERS = 200
LEFT_OUT = "left out: "  # begins the warning about a photo that is on no page
_MM_DIGITS = 4
_SIZE_NUMBERS, _BOX_NUMBERS = 2, 4  # width and height; x and y too


@dataclass(frozen=True)
class Frame:
    """Photo placed on a page, with its box in mm."""

    path: Path
    digest: str
    box: Box  # from the trimmed page's top left corner
    ppi: float  # pixels an inch at that size
    hairline: bool = False  # a thin line round a photo that would vanish on white


@dataclass(frozen=True)
class BookPage:
    """Page of a book, with the photos in the order of the book."""

    number: int  # 1 is a right-hand page
    frames: tuple[Frame, ...]
    caption: str = ""

    @property
    def caption_at(self) -> tuple[float, float]:
        """Left end of the caption's baseline, in mm from the page's top left corner."""
        left = min(frame.box[0] for frame in self.frames)
        below = max(frame.box[1] + frame.box[3] for frame in self.frames)
        return left, below + CAPTION_GAP_MM + 0.75 * CAPTION_MM


@dataclass(frozen=True)
class Warned:
    """Warning about a photo, or about the whole book if `path` is None."""

    path: Path | None
    reason: str


@dataclass(frozen=True)
class Book:
    """Photo book with its planned pages, warnings and proposed cover photo."""

    size: PageSize
    pages: tuple[BookPage, ...]
    warnings: tuple[Warned, ...] = ()
    cover: Path | None = None  # the photo that is proposed for it
    cover_reason: str = ""

    @property
    def frames(self) -> list[Frame]:
        """Placed photos of all pages, in order."""
        return [frame for page in self.pages for frame in page.frames]

    @property
    def spreads(self) -> list[tuple[BookPage | None, BookPage | None]]:
        """Pairs of facing pages (left, right); the first page faces no other."""
        by_number = {page.number: page for page in self.pages}
        last = len(self.pages)
        return [(by_number.get(left), by_number.get(left + 1)) for left in range(0, last + 1, 2)]


def rounded(box: Any) -> Box:
    """Box rounded to 0.0001 mm, so that a plan is unchanged by writing and reading it."""
    x, y, width, height = (round(float(one), _MM_DIGITS) for one in box)
    return x, y, width, height


def book_json(book: Book) -> dict[str, Any]:
    """Plan of a book as JSON, read back by :func:`pages_of_json`."""
    return {
        "size": [book.size.width, book.size.height],
        "bleed": book.size.bleed,
        "safe": book.size.safe,
        "gutter": book.size.gutter,
        "pages": [
            {
                "number": page.number,
                "caption": page.caption,
                "frames": [
                    {
                        "path": frame.path,
                        "box": list(frame.box),
                        "ppi": round(frame.ppi, 1),
                        "digest": frame.digest,
                    }
                    for frame in page.frames
                ],
            }
            for page in book.pages
        ],
        "cover": book.cover and {"path": book.cover, "reason": book.cover_reason},
        "warnings": [{"path": one.path, "reason": one.reason} for one in book.warnings],
    }


@dataclass(frozen=True)
class WrittenPage:
    """Page read from a plan: photo paths, boxes and caption."""

    frames: tuple[tuple[Path, Box], ...]
    caption: str


def pages_of_json(said: Any) -> tuple[PageSize, list[WrittenPage]]:
    """Page size and pages read from a plan's JSON; AlbumError at the first invalid value."""
    try:
        if len(said["size"]) != _SIZE_NUMBERS:
            raise ValueError("`size` has a width and a height")
        width, height = map(_number, said["size"])
        size = PageSize(width, height, _number(said["bleed"]), _number(said["safe"]))
        pages = [_page(place, one) for place, one in enumerate(said["pages"], start=1)]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise AlbumError(
            f"this is no book's plan: {fault_in_json(error)}. `photorank book --json` prints one."
        ) from error
    if not 0 < len(pages) <= MAX_PAGES:
        raise AlbumError(f"a plan has 1 to {MAX_PAGES} pages, this one {len(pages)}.")
    return size, pages


def _page(number: int, said: Mapping[str, Any]) -> WrittenPage:
    if said.get("number", number) != number:
        raise ValueError(f"page {number} is numbered {said['number']!r}")
    frames = said["frames"]
    if not 0 < len(frames) <= MAX_FRAMES:
        raise ValueError(f"page {number} has {len(frames)} photos")
    read = []
    for one in frames:
        if len(one["box"]) != _BOX_NUMBERS:
            raise ValueError(f"page {number} has a box that is not of 4 numbers")
        box = rounded([_number(side) for side in one["box"]])
        if min(box[2:]) <= 0:
            raise ValueError(f"page {number} has a photo without a size")
        read.append((Path(str(one["path"])), box))
    return WrittenPage(tuple(read), str(said.get("caption", ""))[:MAX_CAPTION_LETTERS])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)
