"""Photo book's plan as JSON: writing it, and reading it with checks of the values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from photorank.album.book.book import Book, Box, rounded
from photorank.album.book.geometry import MOST_MARGIN_MM, SIDES_MM, PageSize
from photorank.errors import AlbumError
from photorank.json_values import fault_in_json

_MAX_PAGES = 2000
_MAX_FRAMES = 64  # photos on one page of a written plan
_MAX_CAPTION_LETTERS = 200
_SIZE_NUMBERS, _BOX_NUMBERS = 2, 4  # width and height; x and y too


def book_json(book: Book) -> dict[str, Any]:
    """Photo book's plan as a JSON object, which :func:`pages_of_json` reads back."""
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
    """Page read from a book plan's JSON: photo paths with boxes, and a caption."""

    frames: tuple[tuple[Path, Box], ...]
    caption: str


def pages_of_json(said: Any) -> tuple[PageSize, list[WrittenPage]]:
    """Page size and pages read from a plan's JSON; raises AlbumError for an invalid value."""
    try:
        if len(said["size"]) != _SIZE_NUMBERS:
            raise ValueError("`size` has a width and a height")
        width, height = map(_number, said["size"])
        size = PageSize(width, height, _number(said["bleed"]), _number(said["safe"]))
        if not all(SIDES_MM[0] <= side <= SIDES_MM[1] for side in (width, height)):
            raise ValueError(f"pages have {SIDES_MM[0]} to {SIDES_MM[1]} mm on each side")
        gutter = _number(said.get("gutter", size.gutter))
        if gutter != size.gutter:  # of a plan that has its own
            size = replace(size, own_gutter=gutter)
        measures = (size.bleed, size.safe, size.own_gutter or 0)
        if not all(0 <= one <= MOST_MARGIN_MM for one in measures):
            raise ValueError(f"`bleed`, `safe` and `gutter` are 0 to {MOST_MARGIN_MM:g} mm")
        pages = [_page(place, one) for place, one in enumerate(said["pages"], start=1)]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise AlbumError(
            f"this is no book's plan: {fault_in_json(error)}. `photorank book --json` prints one."
        ) from error
    if not 0 < len(pages) <= _MAX_PAGES:
        raise AlbumError(f"a plan has 1 to {_MAX_PAGES} pages, this one {len(pages)}.")
    return size, pages


def _page(number: int, said: Mapping[str, Any]) -> WrittenPage:
    if said.get("number", number) != number:
        raise ValueError(f"page {number} is numbered {said['number']!r}")
    frames = said["frames"]
    if not 0 < len(frames) <= _MAX_FRAMES:
        raise ValueError(f"page {number} has {len(frames)} photos")
    read = []
    for one in frames:
        if len(one["box"]) != _BOX_NUMBERS:
            raise ValueError(f"page {number} has a box that is not of 4 numbers")
        box = rounded([_number(side) for side in one["box"]])
        if min(box[2:]) <= 0:
            raise ValueError(f"page {number} has a photo without a size")
        read.append((Path(str(one["path"])), box))
    return WrittenPage(tuple(read), str(said.get("caption", ""))[:_MAX_CAPTION_LETTERS])


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)
