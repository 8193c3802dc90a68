"""Tests of a book's PDF: page boxes, pictures, fonts, reproducibility and injected faults."""

import dataclasses

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from photorank.album.book.book import PlacedPhoto
from photorank.errors import ExportError, StorageError
from photorank.export.pdf.check import check_pdf
from photorank.export.pdf.jpeg_pages import write_pages
from photorank.export.pdf.write_book_pdf import POINTS_A_MM, PdfOptions, write_pdf
from photorank.photos.open_photo import decode_photo, file_digest
from tests.export.pdf.conftest import scans

TURNS = [f"turn-{turn}" for turn in range(1, 9)]


@pytest.fixture
def written(printed, kinds, tmp_path):
    """Book with one photo of every kind, and the path of its PDF."""
    book = printed(*kinds.values(), captions=["31 July 2024", "Лето & <b>море</b>"])
    path = tmp_path / "book.pdf"
    write_pdf(book, path, PdfOptions())
    return book, path


def shown(page, frame, book, ppi=36.0):
    """Part of a page inside a photo's frame, as rendered by pdfium."""
    picture = page.render(scale=ppi / 72).to_pil().convert("RGB")
    x, y, width, height = frame.box
    bleed = book.size.bleed
    box = (x + bleed, y + bleed, x + bleed + width, y + bleed + height)
    left, top, right, below = (round(side / 25.4 * ppi) for side in box)
    return picture.crop((left + 2, top + 2, right - 2, below - 2))


def apart(one, other):
    """Mean difference between two pictures' pixels, on a scale of 0 to 255."""
    size = (24, 24)
    pair = [np.asarray(some.convert("RGB").resize(size), dtype=float) for some in (one, other)]
    return np.abs(pair[0] - pair[1]).mean()


def test_every_kind_of_photo_is_drawn_as_it_is_looked_at(written):
    """Photos of every orientation and colour mode are printed upright and in their colours."""
    book, path = written
    document = pypdfium2.PdfDocument(path)
    for page, drawn in zip(book.pages, document, strict=True):
        [frame] = page.frames
        source = decode_photo(frame.path.read_bytes())
        assert apart(shown(drawn, frame, book), source) < 12, frame.path.name
        assert apart(shown(drawn, frame, book), source.transpose(Image.Transpose.ROTATE_180)) > 12
    document.close()


def test_the_boxes_are_what_a_printer_asks_for(written):
    """The trim box has the page's size; bleed and media boxes extend 3 mm beyond each side."""
    book, path = written
    with pikepdf.open(path) as pdf:
        assert pdf.pdf_version == "1.6"
        assert pdf.Root.PageLayout == "/TwoPageRight"
        for page in pdf.pages:
            trim, bleed, media = (
                [float(side) / POINTS_A_MM for side in page.obj[name]]
                for name in ("/TrimBox", "/BleedBox", "/MediaBox")
            )
            assert trim == pytest.approx([3, 3, 103, 103], abs=1e-3)
            assert bleed == media == pytest.approx([0, 0, 106, 106], abs=1e-3)
    assert check_pdf(path, book) == []


def test_jpegs_in_srgb_are_taken_as_they_are(written):
    """The compressed data of sRGB JPEGs are copied unchanged; other photos are converted."""
    book, path = written
    with pikepdf.open(path) as pdf:
        for page, leaf in zip(book.pages, pdf.pages, strict=True):
            data = leaf.resources.XObject.Photo1.read_raw_bytes()
            source = page.frames[0].path
            same = source.suffix == ".jpg" and scans(data) == scans(source.read_bytes())
            assert same == (source.stem not in ("cmyk", "alpha", "phone")), source


def test_the_same_photos_make_the_same_bytes(written, tmp_path):
    """The PDF is reproducible, and holds no EXIF and no current date."""
    book, path = written
    write_pdf(book, tmp_path / "again.pdf", PdfOptions())
    data = path.read_bytes()
    assert data == (tmp_path / "again.pdf").read_bytes()
    assert b"Exif" not in data
    assert b"GPS" not in data
    pages = dataclasses.replace(book, pages=book.pages[:1])
    write_pdf(pages, tmp_path / "other.pdf", PdfOptions())
    known = set()
    for file in (path, tmp_path / "other.pdf"):
        with pikepdf.open(file) as pdf:
            first, second = map(bytes, pdf.trailer.ID)
        assert first == second
        known.add(first)
    assert len(known) == 2  # another book has another identity


def test_a_full_disk_ends_in_an_error_that_says_so(written, tmp_path, full_disk):
    """A full disk while writing a PDF raises StorageError and leaves no temporary files."""
    book, _ = written
    with full_disk(bytes_a_file=2000), pytest.raises(StorageError, match="could not be written"):
        write_pdf(book, tmp_path / "new" / "book.pdf", PdfOptions())
    with full_disk(bytes_a_file=2000), pytest.raises(StorageError, match="pages could not be"):
        write_pages(book, tmp_path / "new" / "pages", PdfOptions(max_ppi=72))
    assert not (tmp_path / "new").exists()


def test_captions_are_text_in_an_embedded_font(written):
    """Captions are PDF text in embedded fonts, including Cyrillic; markup is printed literally."""
    _, path = written
    document = pypdfium2.PdfDocument(path)
    assert "31 July 2024" in document[0].get_textpage().get_text_bounded()
    assert "<b>" in document[1].get_textpage().get_text_bounded()
    document.close()
    with pikepdf.open(path) as pdf:
        fonts = [font for page in pdf.pages for font in page.resources.get("/Font", {}).values()]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)


@pytest.mark.slow
def test_captions_that_cannot_be_set_are_told(printed, kinds, tmp_path):
    """If a caption has missing glyphs, control characters or joined letters, a note says so."""
    captions = ["מים", "\U0010fffd!", "two\nlines\u202e"]
    book = printed(*list(kinds.values())[:3], captions=captions)
    notes = write_pdf(book, tmp_path / "book.pdf", PdfOptions())
    assert any("joins letters" in note for note in notes)
    assert check_pdf(tmp_path / "book.pdf", book) == []


def mutant(book, path, change):
    """Faults that check_pdf finds in a mutant, which is a PDF altered by the given function."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return check_pdf(path, book)


def matrix_changed(by):
    """Function that changes the transformation matrix of the first page's photo."""

    def change(pdf):
        content = pdf.pages[0].Contents
        first = content[0] if isinstance(content, pikepdf.Array) else content
        words = first.read_bytes().decode().split()
        numbers = by([float(word) for word in words[1:7]])
        first.write(" ".join(["q", *map(str, numbers), *words[7:]]).encode())

    return change


@pytest.mark.slow
def test_mutants_are_caught(written):
    """The PDF check reports each deliberate fault, such as a lost, turned or covered photo."""
    book, path = written
    whole = path.read_bytes()

    def no_bleed(pdf):
        for name in ("/BleedBox", "/MediaBox"):
            pdf.pages[2].obj[name] = pdf.pages[2].obj.TrimBox

    def twice(pdf):
        pdf.pages[1].resources.XObject.Photo1 = pdf.pages[0].resources.XObject.Photo1

    def exchanged(pdf):
        one, other = (page.resources.XObject for page in pdf.pages[4:6])
        one.Photo1, other.Photo1 = other.Photo1, one.Photo1

    def lost(pdf):
        del pdf.pages[1]

    def with_place(pdf):
        stream = pdf.pages[0].resources.XObject.Photo1
        data = stream.read_raw_bytes()
        stream.write(data[:2] + b"\xff\xe1\0\x08Exif\0\0" + data[2:], filter=pikepdf.Name.DCTDecode)

    def rotated(pdf):
        pdf.pages[3].obj.Rotate = 90

    def covered(pdf):
        pdf.pages[1].contents_add(b"1 1 1 rg 40 40 80 80 re f")

    def cut_off(pdf):
        pdf.pages[1].contents_add(b"40 40 80 80 re W n", prepend=True)

    def captioned(pdf):
        pdf.pages[1].contents_add(b"BT 1 0 0 1 2 2 Tm (x) Tj ET")

    def cropped(pdf):
        pdf.pages[1].obj.CropBox = pikepdf.Array([20, 20, 200, 200])

    def inverted(pdf):
        pdf.pages[0].resources.XObject.Photo1.Decode = pikepdf.Array([1, 0] * 3)

    def with_form(pdf):
        form = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        pdf.pages[1].resources.XObject.Form1 = form

    def larger(pdf):
        pdf.pages[1].obj.UserUnit = 2

    def in_other_inks(pdf):
        pdf.pages[0].resources.XObject.Photo1.ColorSpace = pikepdf.Name.DeviceCMYK

    def by_other_profile(pdf):
        image = pdf.pages[0].resources.XObject.Photo1
        image.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, pdf.make_stream(b"x", N=3)])

    mutants = {
        "another colour space": in_other_inks,
        "one of its photos has another": by_other_profile,
        "BleedBox": no_bleed,
        "too": twice,
        "another picture": exchanged,
        "pages": lost,
        "metadata": with_place,
        "it is turned": rotated,
        "drawn on by 'f'": covered,
        "drawn on by 'W'": cut_off,
        "a text where the plan has none": captioned,
        "CropBox": cropped,
        "changed by Decode": inverted,
        "no photo": with_form,
        "UserUnit": larger,
        "safe zone": matrix_changed(lambda m: [*m[:4], 2.0, m[5]]),
        "does not lie where": matrix_changed(lambda m: [*m[:4], m[4] + 5, m[5]]),
        "or turned": matrix_changed(lambda m: [-m[0], 0, 0, -m[3], m[4] + m[0], m[5] + m[3]]),
        "stretched": matrix_changed(lambda m: [m[0], 0, 0, 0.9 * m[3], m[4], m[5]]),
    }
    for told, change in mutants.items():
        path.write_bytes(whole)
        faults = mutant(book, path, change)
        assert any(told in fault for fault in faults), (told, faults)
    path.write_bytes(b"%PDF-1.6 broken")
    assert check_pdf(path, book)


def test_pdf_x4_needs_the_profile_of_a_press(printed, kinds, tmp_path):
    """A PDF/X-4 export refuses a screen's ICC profile and accepts that of a printing press."""
    book = printed(kinds["grey"])
    path = tmp_path / "book.pdf"
    with pytest.raises(ExportError, match="--output-profile"):
        write_pdf(book, path, PdfOptions("x4"))
    screen = tmp_path / "screen.icc"
    screen.write_bytes(bytes(12) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(100))
    with pytest.raises(ExportError, match="no output profile"):
        write_pdf(book, path, PdfOptions("x4", screen))
    assert not path.exists()
    press = tmp_path / "press.icc"
    press.write_bytes(bytes(12) + b"prtrCMYKLab " + bytes(12) + b"acsp" + bytes(100))
    write_pdf(book, path, PdfOptions("x4", press))
    with pikepdf.open(path) as pdf:
        [intent] = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFX"
        assert intent.DestOutputProfile.N == 4
        assert b"PDF/X-4" in pdf.Root.Metadata.read_bytes()


def test_a_changed_photo_is_not_printed(printed, kinds, tmp_path):
    """Export of a book whose photo file has changed fails and leaves no partial output."""
    book = printed(kinds["grey"], kinds["turn-1"])
    kinds["turn-1"].write_bytes(kinds["turn-2"].read_bytes())
    with pytest.raises(ExportError, match="has changed"):
        write_pdf(book, tmp_path / "book.pdf", PdfOptions())
    with pytest.raises(ExportError, match="has changed"):
        write_pages(book, tmp_path / "pages", PdfOptions())
    assert not (tmp_path / "book.pdf").exists()
    assert not (tmp_path / "pages").exists()


def test_photos_of_too_many_pixels_are_scaled_down_if_asked(printed, kinds, tmp_path):
    """Photos above the requested maximum of pixels per inch are scaled down to that maximum."""
    book = printed(kinds["panorama"])
    write_pdf(book, tmp_path / "book.pdf", PdfOptions(max_ppi=100))
    with pikepdf.open(tmp_path / "book.pdf") as pdf:
        assert int(pdf.pages[0].resources.XObject.Photo1.Width) == round(70 / 25.4 * 100)
    assert check_pdf(tmp_path / "book.pdf", book) == []


def test_pages_as_pictures_are_those_of_the_pdf(written, tmp_path):
    """Pages exported as JPEGs match the PDF, are numbered, and never replace a file."""
    book, path = written
    paths, _ = write_pages(book, tmp_path / "pages", PdfOptions(max_ppi=72))
    assert [one.name for one in paths[:2]] == ["001.jpg", "002.jpg"]
    document = pypdfium2.PdfDocument(path)
    for one, page in zip(paths, document, strict=True):
        picture = Image.open(one)
        assert picture.size == (round(106 / 25.4 * 72),) * 2
        assert picture.info["icc_profile"]
        assert apart(picture, page.render(scale=1).to_pil()) < 6
    document.close()
    with pytest.raises(ExportError, match=r"001\.jpg exists already"):
        write_pages(book, tmp_path / "pages", PdfOptions(max_ppi=72))


def test_a_frame_of_another_file_is_told(printed, kinds, tmp_path):
    """If a frame of the PDF shows another photo than the book plans, the PDF check reports it."""
    book = printed(kinds["turn-1"])
    write_pdf(book, tmp_path / "book.pdf", PdfOptions())
    other = kinds["turn-2"]
    frame = PlacedPhoto(other, file_digest(other), book.pages[0].frames[0].box, 100)
    page = dataclasses.replace(book.pages[0], frames=(frame,))
    assert check_pdf(tmp_path / "book.pdf", dataclasses.replace(book, pages=(page,)))
