"""What is pressed on spreads becomes a change of the kept album; what is none changes nothing."""

import pytest

from dashboard.models.kept_album import change_of, spreads, state_text
from photorank.album.book.geometry import PageSize
from photorank.album.book.plan import Book, BookPage, Frame
from photorank.album.kept.album import KeptAlbum

ONE, TWO, THREE = (letter * 64 for letter in "abc")
ALBUM = KeptAlbum("family", (ONE, TWO, THREE))


def pressed(what, photo=ONE, **more):
    """Return the album after a press."""
    return change_of({"what": what, "photo": photo, "name": "1.jpg", **more}).make(ALBUM)


def test_each_press_is_a_change_in_words():
    """Pins, photos left out, moved, alone on a page."""
    assert pressed("pin").pinned == (ONE,)
    assert pressed("leave out").photos == (TWO, THREE)
    assert pressed("leave out").left_out == (ONE,)
    assert pressed("move", other=None).photos == (TWO, THREE, ONE)
    assert pressed("move", THREE, other=ONE).photos == (THREE, ONE, TWO)
    assert pressed("alone").book.alone == (ONE,)
    assert change_of({"what": "pin", "photo": ONE, "name": "1.jpg"}).what == "always keeps 1.jpg"


@pytest.mark.parametrize(
    "act",
    [None, 3, [], {}, {"what": "pin"}, {"what": "rm", "photo": ONE}, {"what": "pin", "photo": 1}],
)
def test_what_is_no_press_is_no_change(act):
    """Whatever a browser sends."""
    assert change_of(act) is None


def test_a_photo_that_is_not_in_the_album_is_not_moved_into_it():
    """The other person may have left it out meanwhile."""
    assert pressed("move", "d" * 64, other=None) == ALBUM
    assert pressed("move", ONE, other=ONE) == ALBUM


def test_spreads_have_the_boxes_of_the_plan(tmp_path):
    """In percent of a page; names are shown as they are, safely."""
    frame = Frame(tmp_path / "a\u202eb.jpg", ONE, (21.0, 42.0, 105.0, 70.0), 300)
    book = Book(PageSize(), (BookPage(1, (frame,), "31 July 2024"),))
    [spread] = spreads(book, ALBUM.pin([ONE]), lambda one: "thumbnails/x")
    left, right = spread["pages"]
    assert left is None
    assert right["frames"][0]["box"] == [10, 20, 50, 33.3333]
    assert right["frames"][0]["pinned"]
    assert right["frames"][0]["name"] == "a\\u202eb.jpg"


def test_an_album_says_what_it_holds():
    """And that it is saved."""
    assert state_text(ALBUM, 0) == "3 photos · saved"
    album = ALBUM.pin([ONE]).leave_out([TWO])
    assert (
        state_text(album, 1)
        == "2 photos · 1 always kept · 1 left out · 1 not in this collection · saved"
    )
