"""Buttons on the spreads of a saved album change the album; invalid requests change nothing."""

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from dashboard.models.kept_album import DisplayedAlbum, requested_change, spreads, state_text
from photorank.album.book.book import Book, BookPage, PlacedPhoto
from photorank.album.book.geometry import PageSize
from photorank.album.book.make_book import BookWishes, make_book
from photorank.album.kept.album import KeptAlbum
from photorank.export.pdf.write_book_pdf import POINTS_A_MM, PdfOptions, write_pdf

ONE, TWO, THREE = (letter * 64 for letter in "abc")
ALBUM = KeptAlbum("family", (ONE, TWO, THREE))


def pressed(what, photo=ONE, **more):
    """Test album after a button is pressed on one of its photos."""
    return requested_change({"what": what, "photo": photo, "name": "1.jpg", **more}).make(ALBUM)


def test_each_press_is_a_change_in_words():
    """A request to pin, leave out, move or isolate a photo changes the album accordingly."""
    assert pressed("pin").pinned == (ONE,)
    assert pressed("leave out").photos == (TWO, THREE)
    assert pressed("leave out").left_out == (ONE,)
    assert pressed("move", other=None).photos == (TWO, THREE, ONE)
    assert pressed("move", THREE, other=ONE).photos == (THREE, ONE, TWO)
    assert pressed("alone").book.alone == (ONE,)
    assert (
        requested_change({"what": "pin", "photo": ONE, "name": "1.jpg"}).what
        == "always keeps 1.jpg"
    )


@pytest.mark.parametrize(
    "act",
    [None, 3, [], {}, {"what": "pin"}, {"what": "rm", "photo": ONE}, {"what": "pin", "photo": 1}],
)
def test_what_is_no_press_is_no_change(act):
    """Invalid requests from a browser change nothing in the album."""
    assert requested_change(act) is None


def test_a_photo_that_is_not_in_the_album_is_not_moved_into_it():
    """A photo that another person removed from the album is not added again by a move."""
    assert pressed("move", "d" * 64, other=None) == ALBUM
    assert pressed("move", ONE, other=ONE) == ALBUM


def test_spreads_have_the_boxes_of_the_plan(tmp_path):
    """A spread gives each photo's box in percent of the page, and its file name escaped."""
    frame = PlacedPhoto(tmp_path / "a\u202eb.jpg", ONE, (21.0, 42.0, 105.0, 70.0), 300)
    book = Book(PageSize(), (BookPage(1, (frame,), "31 July 2024"),))
    [spread] = spreads(
        book, DisplayedAlbum(ALBUM.pin([ONE]), lambda one: "thumbnails/x", {ONE: 0.0321})
    )
    left, right = spread["pages"]
    assert left is None
    assert right["frames"][0]["box"] == [10, 20, 50, 33.3333]
    assert right["frames"][0]["pinned"]
    assert right["frames"][0]["hint"] == "adds 3.2\xa0% to the album"
    assert right["frames"][0]["name"] == "a\\u202eb.jpg"


@pytest.mark.slow
def test_the_preview_is_the_printed_page(library, tmp_path):
    """The PDF places photos (also rotated ones) and captions where the preview shows them."""
    shapes = [(90, 60), (60, 90), (64, 64), (200, 40), (96, 72)]
    for number in range(11):
        exif = Image.Exif()
        exif[0x0112] = 6 if number % 4 == 1 else 1
        exif.get_ifd(0x8769)[0x9003] = f"2024:07:{10 + number // 4} 12:{number:02}:00"
        colours = np.random.default_rng(number).integers(0, 255, (2, 3, 3), dtype=np.uint8)
        picture = Image.fromarray(colours).resize(shapes[number % 5])
        picture.save(library.folder / f"{number:02}.jpg", exif=exif)
    library.build()
    index = library.index
    wishes = BookWishes(PageSize(300, 210), 5, alone=frozenset({4}))
    book = make_book(index, np.linspace(0, 1, 11), range(11), wishes)
    assert {len(page.frames) for page in book.pages} >= {1, 2, 3}
    assert write_pdf(book, tmp_path / "book.pdf", PdfOptions()) == []
    document = pypdfium2.PdfDocument(tmp_path / "book.pdf")
    shown = [
        page
        for one in spreads(book, DisplayedAlbum(ALBUM, str, {}))
        for page in one["pages"]
        if page
    ]
    for page, printed in zip(shown, document, strict=True):
        left, _, _, top = printed.get_trimbox()
        percent = 100 / np.array([300, 210, 300, 210]) / POINTS_A_MM
        drawn = []
        for one in printed.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
            x0, y0, x1, y1 = one.get_bounds()
            drawn.append(np.array([x0 - left, top - y1, x1 - x0, y1 - y0]) * percent)
        np.testing.assert_allclose(drawn, [one["box"] for one in page["frames"]], atol=0.01)
        if page["caption"]:
            text = printed.get_textpage()
            assert text.get_text_bounded() == page["caption"]
            x0, y0, _, _ = text.get_charbox(0, loose=True)
            at = np.array([x0 - left, top - y0]) * percent[:2]
            np.testing.assert_allclose(at, page["captionAt"], atol=1)
    document.close()


def test_an_album_says_what_it_holds():
    """The album's status text counts the photos and says that the album is saved."""
    assert state_text(ALBUM, 0) == "3 photos · saved"
    album = ALBUM.pin([ONE]).leave_out([TWO])
    assert (
        state_text(album, 1)
        == "2 photos · 1 always kept · 1 left out · 1 not in this collection · saved"
    )
