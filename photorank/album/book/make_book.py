"""Photo book made from an album's photos: page breaks, layouts, captions, warnings and cover."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from photorank.album.book.book import LEFT_OUT, Book, BookPage, BookWarning, PlacedPhoto, rounded
from photorank.album.book.divide_into_pages import Photos, default_page_count, divide_into_pages
from photorank.album.book.geometry import LEAST_BLOCK_MM, PageSize
from photorank.album.book.page_layouts import MAX_PHOTOS
from photorank.album.book.plan_json import WrittenPage
from photorank.album.book.propose_cover import with_cover
from photorank.errors import AlbumError, UnreadablePhotoError, counted
from photorank.index.opened import Index, Photo
from photorank.labels.photo_library.events_and_days import events_of
from photorank.photos.metadata.capture_seconds import seconds_or_day
from photorank.photos.open_photo import upright_size
from photorank.photos.signals.print_quality import is_light_at_the_edge
from photorank.rating.percentiles import percentiles
from photorank.typing import Codes, Ratings

_RATIO_TOLERANCE = 1e-3  # relative error of a box's aspect ratio in a written plan
_MM = 1e-3  # rounding of boxes, by which they may leave the page


@dataclass(frozen=True)
class BookWishes:
    """User's settings for a photo book, such as page size, number of pages and captions."""

    size: PageSize = PageSize()  # noqa: RUF009 - frozen
    pages: int = 0  # 0: as many as suit
    captions: bool = True  # by event
    warn_ppi: float = 240.0
    alone: frozenset[int] = frozenset()  # rows of photos with a page for themselves


def make_book(index: Index, ratings: Ratings, rows: Sequence[int], wishes: BookWishes) -> Book:
    """Photo book of an index's photos with the row numbers `rows`, laid out in that order.

    Raises AlbumError if no photo can be printed, or too few or too many for the pages.
    """
    if min(wishes.size.block[:2]) < LEAST_BLOCK_MM:
        raise AlbumError(
            f"margins of {wishes.size.safe:g} mm leave no room for photos on pages of "
            f"{wishes.size.width:g} x {wishes.size.height:g} mm: ask for larger pages, or for a "
            "smaller --safe."
        )
    sized, warnings = _sized(index, rows)
    n = len(sized)
    if warnings and not n:
        raise AlbumError(
            f"none of {counted(len(rows), 'photo')} can be printed: {warnings[0].path}: "
            f"{warnings[0].reason.removeprefix(LEFT_OUT)}. Connect the disk they lie on, index the "
            "folder they are in now, or choose other photos."
        )
    pages = wishes.pages or default_page_count(n)
    _check_pages(n, pages)
    photos = [index.photo(row) for row, _, _ in sized]
    kept = [row for row, _, _ in sized]
    alone = np.array([row in wishes.alone for row in kept], dtype=np.intp)
    events = events_of(seconds_or_day([photo.taken for photo in photos]))
    worth = percentiles(ratings[kept]) / 100
    known = Photos(np.array([[w, h] for _, w, h in sized]), worth, events, alone)
    try:
        laid = divide_into_pages(known, pages, wishes.size)
    except ValueError as error:
        raise AlbumError(
            f"with {counted(int(alone.sum()), 'photo')} on pages of their own, "
            f"{counted(n, 'photo')} do not go on {counted(pages, 'page')}: ask for more pages."
        ) from error
    made = []
    start = 0
    for number, (k, boxes) in enumerate(laid, start=1):
        left, top = wishes.size.corner(number)
        frames = tuple(
            _frame(index, photos[at], sized[at][1], rounded(box + np.array([left, top, 0, 0])))
            for at, box in zip(range(start, start + k), boxes, strict=True)
        )
        opens = _event_start(events, start, k)
        caption = _caption(photos, events, opens) if wishes.captions and opens is not None else ""
        made.append(BookPage(number, frames, caption))
        start += k
    book = Book(wishes.size, tuple(made), tuple(warnings))
    return with_cover(_with_warnings(book, wishes.warn_ppi), index, ratings)


def book_of_plan(
    index: Index,
    ratings: Ratings,
    size: PageSize,
    pages: Sequence[WrittenPage],
    warn_ppi: float,
) -> Book:
    """Photo book from the pages in a plan file, after a check of each photo and its placement.

    Raises AlbumError if a photo is not in the index or occurs twice, or if its box (position and
    size on the page) has not the shape of the photo, extends beyond the safe zone or overlaps
    another box.
    """
    made = []
    seen: dict[str, int] = {}
    for number, page in enumerate(pages, start=1):
        frames = []
        for path, box in page.frames:
            row = index.row_of(path)
            if row is None:
                raise AlbumError(f"page {number}: {path} is no photo of index {index.name!r}.")
            photo = index.photo(row)
            if photo.digest in seen:
                raise AlbumError(f"{path} is on page {seen[photo.digest]} and on page {number}.")
            seen[photo.digest] = number
            width, height = _size_of(photo)
            if abs(box[2] / box[3] * height / width - 1) > _RATIO_TOLERANCE:
                raise AlbumError(
                    f"page {number}: the box of {path} has another shape than the photo, which is "
                    f"{width} x {height} pixels."
                )
            frames.append(_frame(index, photo, width, box))
        made.append(BookPage(number, tuple(frames), page.caption))
    book = Book(size, tuple(made))
    if faults := placement_faults(book):
        raise AlbumError(f"{faults[0]}. Change its box in the plan.")
    return with_cover(_with_warnings(book, warn_ppi), index, ratings)


def placement_faults(book: Book) -> list[str]:
    """Error messages about photos that extend beyond the safe zone or overlap another photo."""
    size, faults = book.size, []
    for page in book.pages:
        for place, frame in enumerate(page.frames):
            x, y, width, height = frame.box
            right, below = size.width - size.safe, size.height - size.safe
            if min(x, y) < size.safe - _MM or x + width > right + _MM or y + height > below + _MM:
                faults.append(f"page {page.number}: {frame.path} reaches out of the safe zone")
            for other in page.frames[:place]:
                if _overlap(frame, other):
                    faults.append(f"page {page.number}: {frame.path} lies over {other.path}")
    return faults


def _overlap(one: PlacedPhoto, other: PlacedPhoto) -> bool:
    (x, y, w, h), (left, top, wide, tall) = one.box, other.box
    across = min(x + w, left + wide) - max(x, left)
    return across > _MM and min(y + h, top + tall) - max(y, top) > _MM


def _sized(
    index: Index, rows: Sequence[int]
) -> tuple[list[tuple[int, int, int]], list[BookWarning]]:
    """Printable photos as (row number, width, height in pixels), and warnings about the others.

    Of files that hold the same picture, with other metadata, the first is taken.
    """
    sized, warnings = [], []
    pictures: dict[bytes, Path] = {}
    for row in rows:
        photo = index.photo(row)
        same = pictures.setdefault(_thumbnail_digest(index, photo), photo.path)
        if same != photo.path:
            warnings.append(BookWarning(photo.path, f"{LEFT_OUT}the same picture as {same}"))
            continue
        try:
            with photo.path.open("rb"):
                pass
            sized.append((row, *_size_of(photo)))
        except (AlbumError, OSError) as error:
            why = str(error).rstrip(".")
            if isinstance(error, OSError) and error.strerror:
                why = error.strerror.lower()
            warnings.append(BookWarning(photo.path, f"{LEFT_OUT}{why}"))
    return sized, warnings


def _thumbnail_digest(index: Index, photo: Photo) -> bytes:
    """SHA-256 of a photo's thumbnail file, equal for photos with the same picture.

    The file's digest is returned for a photo without a thumbnail.
    """
    try:
        return sha256(index.thumbnail(photo).read_bytes()).digest()
    except OSError:
        return photo.digest.encode()


def _size_of(photo: Photo) -> tuple[int, int]:
    try:
        return upright_size(photo.path)
    except UnreadablePhotoError as error:
        raise AlbumError(f"{photo.path} cannot be printed: {error.reason}.") from error


def _check_pages(n: int, pages: int) -> None:
    if n < pages:
        raise AlbumError(
            f"{counted(pages, 'page')} {'needs' if pages == 1 else 'need'} at least "
            f"{counted(pages, 'photo')}, and there "
            f"{'is' if n == 1 else 'are'} {n:,}: ask for fewer pages, or for more photos."
        )
    if n > MAX_PHOTOS * pages:
        raise AlbumError(
            f"{counted(pages, 'page')} {'holds' if pages == 1 else 'hold'} at most "
            f"{MAX_PHOTOS * pages:,} photos, and there are "
            f"{n:,}: ask for at least {-(-n // MAX_PHOTOS):,} pages, or for fewer photos."
        )


def _frame(
    index: Index, photo: Photo, width: int, box: tuple[float, float, float, float]
) -> PlacedPhoto:
    light = is_light_at_the_edge(index.thumbnail(photo))
    return PlacedPhoto(photo.path, photo.digest, box, 25.4 * width / box[2], light)


def _event_start(events: Codes, start: int, k: int) -> int | None:
    """Position in `events` where the first new event of a page begins; None if no event begins."""
    for at in range(start, start + k):
        if at == 0 or events[at] != events[at - 1]:
            return at
    return None


def _caption(photos: Sequence[Photo], events: Codes, opens: int) -> str:
    """Caption with an event's dates and, if all its photos are in one group, the group's name."""
    of_event = [photos[at] for at in np.flatnonzero(events == events[opens]).tolist()]
    names = {photo.group for photo in of_event}
    name = names.pop() if len(names) == 1 else None
    days = sorted({photo.taken[:10] for photo in of_event if photo.taken})
    return ", ".join(filter(None, [name, _days(days)]))


def _days(days: Sequence[str]) -> str:
    """Date range in words, such as "30-31 July 2024", from the first to the last of sorted days.

    >>> _days(["2024-07-31"]), _days(["2024-07-30", "2024-07-31"]), _days([])
    ('31 July 2024', '30-31 July 2024', '')
    >>> _days(["2024-07-31", "2024-08-01"]), _days(["2023-12-31", "2024-01-01"])
    ('31 July - 1 August 2024', '31 December 2023 - 1 January 2024')
    """
    if not days:
        return ""
    first, last = (date.fromisoformat(day) for day in (days[0], days[-1]))
    months = "January February March April May June July August September October November December"
    month = dict(enumerate(months.split(), start=1))
    end = f"{last.day} {month[last.month]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}-{end}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {month[first.month]}{year} - {end}"


def _with_warnings(book: Book, warn_ppi: float) -> Book:
    """Copy of a book with added warnings about photos near the spine or of low resolution."""
    folded = [
        BookWarning(
            frame.path, f"nearer than {book.size.gutter:g} mm to the spine: the fold hides it"
        )
        for page in book.pages
        for frame in page.frames
        if _from_spine(page, frame, book.size) < book.size.gutter - _MM
    ]
    coarse = [
        BookWarning(frame.path, f"{frame.ppi:.0f} ppi in print, below {warn_ppi:.0f}")
        for frame in book.frames
        if frame.ppi < warn_ppi
    ]
    return replace(book, warnings=(*book.warnings, *folded, *coarse))


def _from_spine(page: BookPage, frame: PlacedPhoto, size: PageSize) -> float:
    """Distance in mm between a photo and the spine of the book."""
    x, width = frame.box[0], frame.box[2]
    return x if page.number % 2 else size.width - x - width
