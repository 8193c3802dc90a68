"""Pages of a photo book as numbered JPEG files."""

import io
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from photorank.album.book.book import Book, BookPage
from photorank.errors import ExportError, UnreadablePhotoError
from photorank.export.pdf.fonts import CaptionFont, caption_font
from photorank.export.pdf.pictures import QUALITY, checked_photo
from photorank.export.pdf.write_book_pdf import SRGB_PROFILE, PdfOptions, fitted
from photorank.photos.open_photo import decode_photo
from photorank.workspace import folder_for, storage_errors, sync_folder

MM_AN_INCH = 25.4
_PAGE_PPI = 300.0
_CAPTION_GREY = 64  # of 255
_HAIRLINE_GREY = 191
_LEAST_DIGITS = 3  # of the page number in a file name


def write_pages(
    book: Book,
    folder: Path,
    options: PdfOptions,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Path], list[str]]:
    """Write a book's pages as sRGB JPEGs with bleed; return their paths and caption warnings.

    Raises ExportError if a file with the name of a page exists.
    """
    digits = max(len(str(len(book.pages))), _LEAST_DIGITS)
    targets = [folder / f"{page.number:0{digits}d}.jpg" for page in book.pages]
    for target in targets:
        if os.path.lexists(target):
            raise ExportError(f"{target} exists already. Name another folder.")
    font = caption_font((page.caption for page in book.pages), options.font)
    ppi = options.max_ppi or _PAGE_PPI
    parts = folder / f".{secrets.token_hex(8)}.photorank-part"
    with storage_errors(folder), folder_for(folder):
        try:
            parts.mkdir()
            for done, (page, target) in enumerate(zip(book.pages, targets, strict=True), start=1):
                with (parts / target.name).open("xb") as file:
                    file.write(_page_jpeg(page, book, ppi, font))
                    file.flush()
                    os.fsync(file.fileno())
                on_progress(done, len(book.pages))
            for target in targets:
                os.rename(parts / target.name, target)
            sync_folder(folder)
        finally:
            shutil.rmtree(parts, ignore_errors=True)
    return targets, font.notes


def _page_jpeg(page: BookPage, book: Book, ppi: float, font: CaptionFont) -> bytes:
    size = book.size

    def pixels(mm: float) -> int:
        return round((mm + size.bleed) / MM_AN_INCH * ppi)

    sheet = Image.new(
        "RGB", (pixels(size.width + size.bleed), pixels(size.height + size.bleed)), "white"
    )
    pen = ImageDraw.Draw(sheet)
    for frame in page.frames:
        x, y, width, height = frame.box
        left, top, right, below = map(pixels, (x, y, x + width, y + height))
        wide, tall = max(right - left, 1), max(below - top, 1)
        try:
            photo = decode_photo(checked_photo(frame), short_side=min(wide, tall))
        except UnreadablePhotoError as error:
            raise ExportError(f"{frame.path} cannot be printed: {error.reason}.") from error
        sheet.paste(photo.resize((wide, tall), Image.Resampling.LANCZOS), (left, top))
        if frame.hairline:
            pen.rectangle((left, top, right - 1, below - 1), outline=(_HAIRLINE_GREY,) * 3)
    if text := font.captions.get(page.caption, ""):
        _write_caption(pen, text, page, book, ppi, font.path)
    file = io.BytesIO()
    profile = SRGB_PROFILE.read_bytes()
    sheet.save(
        file,
        "JPEG",
        quality=QUALITY,
        subsampling=0,
        dpi=(round(ppi), round(ppi)),
        icc_profile=profile,
    )
    return file.getvalue()


def _write_caption(
    pen: ImageDraw.ImageDraw, text: str, page: BookPage, book: Book, ppi: float, font: Path
) -> None:
    size = book.size
    x, y = page.caption_at
    room = (size.width - size.safe - x) / MM_AN_INCH * 72

    def width_of(some: str, fontSize: float) -> float:
        return ImageFont.truetype(str(font), 100).getlength(some) * fontSize / 100

    text, points = fitted(text, room, width_of)
    letters = ImageFont.truetype(str(font), points / 72 * ppi)
    at = ((x + size.bleed) / MM_AN_INCH * ppi, (y + size.bleed) / MM_AN_INCH * ppi)
    pen.text(at, text, fill=(_CAPTION_GREY,) * 3, font=letters, anchor="ls")
