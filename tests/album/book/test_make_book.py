"""Photo book made from an index: captions by event, warnings, cover and saved plans."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from photorank.album.book.divide_into_pages import photos_for
from photorank.album.book.geometry import PageSize
from photorank.album.book.make_book import (
    BookWishes,
    book_of_plan,
    make_book,
    placement_faults,
)
from photorank.album.book.plan_json import book_json, pages_of_json
from photorank.errors import AlbumError
from tests.fixtures.colours import paint

pytestmark = pytest.mark.slow


@pytest.fixture
def trip(collection):
    """Index with twelve photos of a two-day trip, all photo ratings, and the trip's row numbers."""
    folder = collection.folder / "trip"
    folder.mkdir()
    for number in range(12):
        size = (96, 64) if number % 3 else (64, 96)
        photo = Image.open(paint(collection.folder / "unused.png", 300 + number, size))
        exif = Image.Exif()
        day = 30 if number < 6 else 31
        exif.get_ifd(0x8769)[0x9003] = f"2024:07:{day} 1{number % 6}:00:00"
        photo.save(folder / f"{number:02d}.jpg", exif=exif)
    (collection.folder / "unused.png").unlink()
    collection.build(folder)
    index = collection.index
    rows = [row for row, photo in enumerate(index.photos()) if "trip" in str(photo.path)]
    return index, np.arange(len(index), dtype=float), rows


def test_a_book_has_all_photos_in_order_with_captions_by_event(trip):
    """The book of a trip holds all photos in time order and one caption for each day."""
    index, ratings, rows = trip
    book = make_book(index, ratings, rows, BookWishes(pages=6))
    assert [frame.path for frame in book.frames] == [index.photo(row).path for row in rows]
    assert [page.caption for page in book.pages if page.caption] == ["30 July 2024", "31 July 2024"]
    assert len(book.warnings) == 12
    assert "ppi in print, below 240" in book.warnings[0].reason
    assert placement_faults(book) == []
    assert book.cover in {frame.path for frame in book.frames}
    assert book.cover == index.photo(rows[-1]).path
    without = make_book(index, ratings, rows, BookWishes(pages=6, captions=False))
    assert not any(page.caption for page in without.pages)


def test_the_same_picture_is_printed_once(trip, collection):
    """If two files have equal pixels, only one is printed, and a warning names both files."""
    index, _, rows = trip
    photo = index.photo(rows[3]).path
    data = photo.read_bytes()
    comment = b"\xff\xfe\x00\x08copied"
    photo.with_name("03-copy.jpg").write_bytes(data[:2] + comment + data[2:])
    collection.build(photo.parent)
    found = collection.index
    rows = [row for row, one in enumerate(found.photos()) if "trip" in str(one.path)]
    assert len(rows) == 13
    book = make_book(found, np.arange(len(found), dtype=float), rows, BookWishes(pages=6))
    assert len(book.frames) == 12
    [told] = [one for one in book.warnings if "the same picture as" in one.reason]
    assert {told.path.name, told.reason.rsplit("/", 1)[1]} == {"03.jpg", "03-copy.jpg"}


def test_photos_keep_away_from_the_spine_and_the_edge(trip):
    """On left and right pages, photos stay clear of the spine and of the outer edges."""
    index, ratings, rows = trip
    book = make_book(index, ratings, rows, BookWishes(PageSize(210, 297), 5))
    size = book.size
    for page in book.pages:
        left = min(frame.box[0] for frame in page.frames)
        right = size.width - max(frame.box[0] + frame.box[2] for frame in page.frames)
        spine, outer = (left, right) if page.number % 2 else (right, left)
        assert spine >= 13 - 1e-3
        assert outer >= size.safe
        assert page.caption_at[1] <= size.height - size.safe


@pytest.mark.parametrize(
    ("pages", "told"), [(13, "need at least 13 photos"), (2, "at least 3 pages")]
)
def test_too_few_and_too_many_photos_are_one_sentence(trip, pages, told):
    """If photos are too few or too many, the error gives the number of photos or pages needed."""
    index, ratings, rows = trip
    with pytest.raises(AlbumError, match=told):
        make_book(index, ratings, rows, BookWishes(pages=pages))
    with pytest.raises(AlbumError, match="0"):
        make_book(index, ratings, [], BookWishes())


def test_a_photo_that_is_gone_is_left_out_and_told(trip):
    """A photo whose file is gone is left out with a warning; the other photos make the book."""
    index, ratings, rows = trip
    index.photo(rows[3]).path.unlink()
    book = make_book(index, ratings, rows, BookWishes(pages=5))
    assert len(book.frames) == 11
    assert book.warnings[0].path == index.photo(rows[3]).path


def test_photos_that_are_all_gone_are_told_as_such(trip):
    """If the files of all photos are gone, the error names a path, the reason and the remedy."""
    index, ratings, rows = trip
    for row in rows:
        index.photo(row).path.unlink()
    told = r"none of 12 photos can be printed: .*\.jpg: no such file.* Connect the disk"
    with pytest.raises(AlbumError, match=told):
        make_book(index, ratings, rows, BookWishes())


@pytest.mark.parametrize("safe", [19.9, 20.1, 40.0, 50.0])
def test_margins_that_leave_no_room_are_told(trip, safe):
    """Margins are refused if they leave less than 10 mm of page width or height for photos."""
    wishes = BookWishes(PageSize(50, 70.4, safe=safe), warn_ppi=1)
    index, ratings, rows = trip
    if safe < 20:
        book = make_book(index, ratings, rows, wishes)
        assert len(book.frames) == len(rows)
    else:
        with pytest.raises(AlbumError, match="leave no room for photos"):
            make_book(index, ratings, rows, wishes)


def test_a_plan_is_printed_as_it_was_written(trip):
    """A book plan that is saved as JSON and read again yields the same pages."""
    index, ratings, rows = trip
    book = make_book(index, ratings, rows, BookWishes())
    assert len(book.pages) == 6
    assert photos_for(24) == 60
    said = json.loads(json.dumps(book_json(book), default=os.fspath))
    again = book_of_plan(index, ratings, *pages_of_json(said), 240)
    assert again.pages == book.pages
    assert again.size == book.size


def test_a_plan_with_a_photo_in_the_fold_is_warned_of(trip):
    """A book from a user's own plan warns of each photo placed too near the spine."""
    index, ratings, rows = trip
    said = json.loads(
        json.dumps(book_json(make_book(index, ratings, rows, BookWishes())), default=os.fspath)
    )
    for page, x in ((0, 6.0), (1, 210 - 6.0)):
        box = said["pages"][page]["frames"][0]["box"]
        box[0] = x - (box[2] if page else 0)
        said["pages"][page]["frames"] = said["pages"][page]["frames"][:1]
    book = book_of_plan(index, ratings, *pages_of_json(said), 1)
    moved = [page.frames[0].path for page in book.pages[:2]]
    assert [one.path for one in book.warnings if "to the spine" in one.reason] == moved
    book = book_of_plan(index, ratings, *pages_of_json(said | {"gutter": 6}), 1)
    assert not any("to the spine" in one.reason for one in book.warnings)
    assert book_json(book)["gutter"] == 6


def test_plans_that_cannot_be_printed_are_refused(trip):
    """A book plan with overlapping, distorted, repeated, unknown or misplaced photos is refused."""
    index, ratings, rows = trip
    whole = json.dumps(book_json(make_book(index, ratings, rows, BookWishes())), default=os.fspath)

    def told(change):
        said = json.loads(whole)
        change(said)
        with pytest.raises(AlbumError) as caught:
            book_of_plan(index, ratings, *pages_of_json(said), 240)
        return str(caught.value)

    def frame(said, page=0):
        return said["pages"][page]["frames"][0]

    assert "safe zone" in told(lambda said: frame(said).update(box=[0, 0, *frame(said)["box"][2:]]))
    assert "another shape" in told(lambda said: frame(said).update(box=[50, 50, 60, 60]))
    assert "and on page 2" in told(lambda said: frame(said, 1).update(frame(said)))
    assert "is no photo of" in told(lambda said: frame(said).update(path="/etc/passwd"))

    def over(said):
        full = next(page for page in said["pages"] if len(page["frames"]) > 1)
        one, other = full["frames"][:2]
        other["box"][:2] = [one["box"][0] + 1, one["box"][1]]

    fault = told(over)
    assert "lies over" in fault or "safe zone" in fault
    for value in (float("nan"), -1, "wide", None, [], True):
        assert "no book's plan" in told(
            lambda said, value=value: frame(said).update(box=[9, 9, value, 9])
        )
    assert told(lambda said: said.update(pages=[]))
    for value in (-1, 51, "wide", float("inf")):
        assert "no book's plan" in told(lambda said, value=value: said.update(gutter=value))
    assert "`size` is missing" in told(lambda said: said.pop("size"))


@pytest.mark.parametrize(
    "said",
    [
        *([], None, 3, "plan", {"size": 3}, {"size": [1, 2, 3]}, {"size": [210, 10**400]}),
        {"size": [210, 210], "bleed": 3, "safe": 5, "pages": [3]},
        {"size": [210, 210], "bleed": 3, "safe": 5, "pages": [{"frames": [{"box": [1]}]}]},
    ],
    ids=repr,
)
def test_a_damaged_plan_is_told_in_words(said):
    """The error for a damaged book plan describes the fault without Python's terms."""
    with pytest.raises(AlbumError) as caught:
        pages_of_json(said)
    for word in ("object", "subscript", "unpack", "indices", "iterable", "int"):
        assert word not in str(caught.value).replace("prints", "")
