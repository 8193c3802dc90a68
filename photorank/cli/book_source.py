"""Source of a photo book: an index's best photos, a saved album, or a page plan from a file."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import typer

from photorank.cli.open_index_and_vector import index_of, loaded_entry, open_index, open_vector
from photorank.cli.output import progress
from photorank.errors import counted

if TYPE_CHECKING:
    from photorank.album.book.book import Book
    from photorank.album.book.geometry import PageSize
    from photorank.album.book.plan_json import WrittenPage
    from photorank.album.kept.album import KeptAlbum
    from photorank.album.kept.store import Entry
    from photorank.export.pdf.printers import Printer
    from photorank.index.opened import Index
    from photorank.typing import Ratings
    from photorank.vectors.master import MasterVector

_MAX_PLAN_BYTES = 50 << 20


class BookOptions(NamedTuple):
    """Options for a book's contents; an option that the user did not give is None."""

    pages: int | None
    size: str | None
    places: int | None
    album: str | None
    captions: Literal["none", "event"] | None
    plan: Path | None

    def check(self) -> None:
        """Raise BadParameter if options contradict each other, or the page size is unusable."""
        if self.plan is not None and (self.pages or self.places or self.album):
            raise typer.BadParameter(
                "--plan says which photos are where: no --pages, --places, --album"
            )
        if self.album is not None and self.places is not None:
            raise typer.BadParameter("--places chooses photos, --album has them: give one")
        if self.size is not None:
            _size(self.size)


class Source(NamedTuple):
    """Source of a book's photos: an index, and optionally a saved album or a JSON page layout."""

    opened: "Index"
    entry: "Entry | None"
    plan: "_ReadPlan | None"

    @classmethod
    def of(cls, asked: BookOptions, name: str | None) -> "Source":
        """Source of a book's photos: an index, with the options' album or page plan if given."""
        entry = loaded_entry(asked.album)
        read = None if asked.plan is None else _read_plan(asked.plan)
        index = name or index_of(entry) or (read and _known_index(read.index)) or None
        return cls(open_index(index), entry, read)


def planned(
    asked: BookOptions, source: Source, wanted: "Printer", vector: str | None
) -> "tuple[Book, list[str]]":
    """Book laid out in pages, and notes for the user on how its photos were chosen."""
    from photorank.album.book.make_book import BookWishes, book_of_plan, make_book
    from photorank.album.kept.album import KeptAlbum

    opened, entry, read = source
    album = entry.album if entry else KeptAlbum(opened.name)
    doing = "" if entry or read else "choosing"
    rated_by = open_vector(opened, vector or album.settings.vector or None, doing)
    ratings: Ratings = opened.rate(rated_by)
    if read is not None:
        return book_of_plan(opened, ratings, read.size, read.pages, wanted.warn_ppi), []
    own = f"{album.book.width:g}x{album.book.height:g}"
    size = replace(_size(asked.size or own), bleed=wanted.bleed, safe=wanted.safe)
    count = asked.pages or album.book.pages
    if entry:
        rows, notes = _saved_photos(opened, album)
    else:
        rows, notes = _best_photos(opened, rated_by, asked.places, count)
    wishes = BookWishes(
        size,
        count,
        (asked.captions or album.book.captions) == "event",
        wanted.warn_ppi,
        frozenset(row for row in rows if opened.photo(row).digest in album.book.alone),
    )
    return make_book(opened, ratings, rows, wishes), notes


def _saved_photos(index: "Index", album: "KeptAlbum") -> tuple[list[int], list[str]]:
    """Row numbers in the index of a saved album's photos, and a note if the index lacks some."""
    from photorank.album.kept.choose import rows_of_album

    found = rows_of_album(index, album)
    missing = counted(len(found.missing), "photo")
    note = f"{missing} of the album are not in index {index.name!r}"
    return found.photos, [note] if found.missing else []


def _best_photos(
    index: "Index", rated_by: "MasterVector", places: int | None, pages: int
) -> tuple[list[int], list[str]]:
    """Good and varied photos for a book, as row numbers of the index, and notes on the choice."""
    from photorank.album.book.divide_into_pages import photos_for
    from photorank.album.kept.album import AlbumSettings, KeptAlbum
    from photorank.album.kept.choose import choose_album, request_of, rows_of_album

    settings = AlbumSettings(places or photos_for(pages or _USUAL_PAGES))
    nothing = rows_of_album(index, KeptAlbum(index.name))
    request = request_of(settings, nothing, hold=False, fill=True)
    with progress("Looking for series", "photos") as report:
        least = None if places else pages
        chosen, _ = choose_album(index, rated_by, request, settings.alike, report, least=least)
    return [one.row for one in chosen.chosen], chosen.notes


_USUAL_PAGES = 24
_SIZES = {
    "a4": (210, 297),
    "a5": (148, 210),
    "a4-landscape": (297, 210),
    "a5-landscape": (210, 148),
}


def _size(text: str) -> "PageSize":
    from photorank.album.book.geometry import SIDES_MM, PageSize

    known = _SIZES.get(text.lower())
    try:
        width, height = known or map(float, text.lower().replace("×", "x").split("x"))
    except ValueError as error:
        raise typer.BadParameter("--size needs WxH in mm, like 210x210, or A4") from error
    if not all(SIDES_MM[0] <= side <= SIDES_MM[1] for side in (width, height)):
        raise typer.BadParameter(f"--size: sides are {SIDES_MM[0]} to {SIDES_MM[1]} mm")
    return PageSize(width, height)


@dataclass(frozen=True)
class _ReadPlan:
    """Page plan of a book, read from a JSON file: page size, pages and name of the index."""

    index: str  # that it was made of; "" where it does not say
    size: "PageSize"
    pages: "list[WrittenPage]"


def _known_index(name: str) -> str | None:
    """The name itself if this workspace has an index of that name, otherwise None."""
    from photorank.workspace import Workspace

    return name if name in Workspace.current().index_names() else None


def _read_plan(path: Path) -> _ReadPlan:
    from photorank.album.book.plan_json import pages_of_json
    from photorank.errors import AlbumError
    from photorank.json_values import fault_in_json
    from photorank.workspace import read_bytes, regular_file

    if regular_file(path).stat().st_size > _MAX_PLAN_BYTES:
        raise AlbumError(f"{path} is larger than any book's plan.")
    try:
        said = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise AlbumError(f"{path} is no book's plan: {fault_in_json(error)}.") from error
    try:
        size, pages = pages_of_json(said)
    except AlbumError as error:
        raise AlbumError(f"{path}: {error}") from error
    return _ReadPlan(str(said.get("index", "")), size, pages)
