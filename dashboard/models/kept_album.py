"""View-model of a saved album: double pages of its photo book as JSON, and album edits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from dashboard.formatting import percent
from photorank.album.book.book import LEFT_OUT, Book, BookPage, PlacedPhoto
from photorank.album.kept.album import KeptAlbum
from photorank.errors import counted
from photorank.outside_text import printable
from photorank.typing import Json

SIZES = {
    "210x210": "Square, 21 × 21 cm",
    "300x210": "Landscape, 30 × 21 cm",
    "210x297": "Portrait, A4",
}


class Change(NamedTuple):
    """Change of a saved album: a function that makes the change, and a description in words."""

    what: str  # in words, for the history
    make: Callable[[KeptAlbum], KeptAlbum]


def requested_change(act: Any) -> Change | None:
    """Album change that a button on a double page requests; None if the request is invalid."""
    if not isinstance(act, Mapping) or not isinstance(digest := act.get("photo"), str):
        return None
    other = act.get("other")
    if other is not None and not isinstance(other, str):
        return None
    name = printable(str(act.get("name", "")))[:80]
    changes: dict[str, Change] = {
        "pin": Change(f"always keeps {name}", lambda album: album.pin([digest])),
        "free": Change(f"no longer keeps {name}", lambda album: album.pin([digest], wanted=False)),
        "leave out": Change(f"left out {name}", lambda album: album.leave_out([digest])),
        "alone": Change(f"{name} alone", lambda album: album.set_alone(digest, wanted=True)),
        "together": Change(
            f"{name} with others", lambda album: album.set_alone(digest, wanted=False)
        ),
        "move": Change(f"moved {name}", lambda album: _moved(album, digest, other)),
    }
    return changes.get(str(act.get("what")))


def _moved(album: KeptAlbum, digest: str, other: str | None) -> KeptAlbum:
    return album.put_before(digest, other) if digest in album.photos else album


@dataclass(frozen=True)
class DisplayedAlbum:
    """Saved album for display, with each photo's URL and contribution to the album's value."""

    album: KeptAlbum
    address: Callable[[PlacedPhoto], str]
    adds: Mapping[str, float]  # share of the album's value, by digest


def spreads(book: Book, shown: DisplayedAlbum) -> list[Json]:
    """Double pages of a photo book as JSON: each photo's URL, name, position, and whether pinned.

    Positions and sizes are in percent of the page.
    """
    return [
        {"pages": [page and _page(page, book, shown) for page in spread]} for spread in book.spreads
    ]


def _page(page: BookPage, book: Book, shown: DisplayedAlbum) -> Json:
    wide, tall = book.size.width, book.size.height
    x, y = page.caption_at
    return {
        "number": page.number,
        "caption": printable(page.caption),
        "captionAt": [100 * x / wide, 100 * y / tall],
        "frames": [
            {
                "photo": frame.digest,
                "name": printable(frame.path.name),
                "hint": f"adds {percent(shown.adds.get(frame.digest, 0.0), 1)} to the album",
                "src": shown.address(frame),
                "box": [
                    round(100 * side / whole, 4)
                    for side, whole in zip(frame.box, (wide, tall, wide, tall), strict=True)
                ],
                "hairline": frame.hairline,
                "pinned": frame.digest in shown.album.pinned,
                "alone": frame.digest in shown.album.book.alone,
            }
            for frame in page.frames
        ],
    }


def state_text(album: KeptAlbum, missing: int) -> str:
    """Text with counts of a saved album's photos: all, pinned, excluded and missing ones."""
    parts = [counted(len(album.photos), "photo"), "saved"]
    if album.pinned:
        parts.insert(1, f"{len(album.pinned)} always kept")
    if album.left_out:
        parts.insert(-1, f"{len(album.left_out)} left out")
    if missing:
        parts.insert(-1, f"{missing} not in this collection")
    return " · ".join(parts)


def pdf_name(album: str) -> str:
    """File name under which the PDF of an album's photo book is downloaded.

    Examples
    --------
    >>> pdf_name("Лето 2026"), pdf_name("a/b: c"), pdf_name("..")
    ('Лето 2026.pdf', 'a b c.pdf', 'photobook.pdf')
    """
    words = "".join(sign if sign.isalnum() or sign in "-_." else " " for sign in album).split()
    return f"{' '.join(words).strip('. ') or 'photobook'}.pdf"


def warning_text(book: Book) -> str:
    """Warning about photos that a book leaves out or prints with too few pixels.

    Empty if there are none.
    """
    total = len(book.warnings)
    left_out = sum(one.reason.startswith(LEFT_OUT) for one in book.warnings)
    coarse = total - left_out
    parts = [
        f"{counted(coarse, 'photo')} {'has' if coarse == 1 else 'have'} few pixels for this size: "
        "the printed page may be soft."
        if coarse
        else "",
        f"{counted(left_out, 'photo')} left out: not to be read, or the same picture as another."
        if left_out
        else "",
    ]
    return " ".join(filter(None, parts))
