"""Check of a written photo book PDF against the book's plan and photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from photorank.album.book.book import Book, BookPage, PlacedPhoto
from photorank.errors import counted
from photorank.export.pdf.jpeg import has_metadata
from photorank.export.pdf.pictures import TURNS, shows_planned_photo
from photorank.export.pdf.write_book_pdf import POINTS_A_MM, SRGB_PROFILE, pikepdf_or_error

if TYPE_CHECKING:
    import pikepdf

_POINT = 0.02  # tolerance of a box in points, for rounding
_RATIO = 1e-3  # tolerance of an aspect ratio
# What pages are drawn with: photos, hairlines and captions. Anything else might lie over them.
_OPERATORS = {"q", "Q", "cm", "Do", "G", "g", "w", "re", "S"}
_OPERATORS |= {"BT", "ET", "Tf", "TL", "Tm", "Tj", "T*"}  # of text
_STRANGE_TO_PAGES = ("/UserUnit", "/Annots", "/Group")
_MASKS = ("/SMask", "/Mask", "/ImageMask", "/Decode", "/Alternates")
# Pages and images by their bytes and turn, for photos that are drawn twice.
_Seen: TypeAlias = dict[tuple[int, int | None], list[tuple[int, Any]]]
_Step: TypeAlias = tuple[Any, str]  # operands, and the operator's name


@dataclass
class _Drawn:
    """Image drawn on a PDF page, with the matrix that places it."""

    image: Any
    matrix: tuple[float, float, float, float, float, float]

    @cached_property
    def data(self) -> bytes:
        """JPEG bytes of the image that is drawn on the PDF page."""
        found: bytes = self.image.read_raw_bytes()
        return found

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Edges (left, bottom, right, top) of the drawn photo, in points."""
        a, b, c, d, e, f = self.matrix
        xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def orientation(self) -> int | None:
        """EXIF orientation (1 to 8) in which the photo is drawn; None if it is slanted."""
        signs = tuple(int(np.sign(round(one, 6))) for one in self.matrix[:4])
        return next((number for number, turn in TURNS.items() if turn[:4] == signs), None)


def check_pdf(path: Path, book: Book) -> list[str]:
    """Fault messages for differences between a written PDF and the book's plan and photos.

    Looked at are the boxes of each page, that every photo of the plan is drawn once, in its box,
    upright, inside the safe zone and in its own shape, that nothing else is drawn but captions
    where the plan has them, that no photo tells where it was taken, and that all fonts are
    embedded. No printer's own preflight is replaced.
    """
    pikepdf = pikepdf_or_error()
    try:
        with pikepdf.open(path) as pdf:
            if len(pdf.pages) != len(book.pages):
                return [f"it has {counted(len(pdf.pages), 'page')}, the plan {len(book.pages)}"]
            faults: list[str] = []
            seen: _Seen = {}
            for page, leaf in zip(book.pages, pdf.pages, strict=True):
                steps = [(one.operands, str(one.operator)) for one in _parsed(leaf)]
                drawn = _drawn(leaf, steps)
                faults += [
                    f"page {page.number}: {why}"
                    for why in (
                        *_wrong_boxes(leaf, book),
                        *_wrong_photos(drawn, page.frames, book),
                        *_repeated_photos(drawn, page.number, seen),
                        *_unembedded_fonts(leaf),
                        *_not_planned(leaf, steps, page, book),
                    )
                ]
            return faults
    except pikepdf.PdfError as error:
        return [f"it cannot be read: {error!s:.100}"]


def _is_allowed_colour_space(space: Any) -> bool:
    """True if a PDF colour space is one that photorank writes: sRGB by ICC profile, or grey."""
    try:
        kind = str(space[0])
        return kind == "/CalGray" or bool(
            kind == "/ICCBased" and space[1].read_bytes() == SRGB_PROFILE.read_bytes()
        )
    except (TypeError, ValueError, IndexError, AttributeError):
        return False


def _wrong_boxes(leaf: "pikepdf.Page", book: Book) -> list[str]:
    size = book.size
    bleed = size.bleed * POINTS_A_MM
    wide, tall = size.width * POINTS_A_MM, size.height * POINTS_A_MM
    wanted = {
        "/TrimBox": (bleed, bleed, bleed + wide, bleed + tall),
        "/BleedBox": (0.0, 0.0, wide + 2 * bleed, tall + 2 * bleed),
        "/MediaBox": (0.0, 0.0, wide + 2 * bleed, tall + 2 * bleed),
        "/CropBox": (0.0, 0.0, wide + 2 * bleed, tall + 2 * bleed),
    }
    faults = []
    for name, box in wanted.items():
        found = [float(side) for side in leaf.obj.get(name, [])]
        if len(found) != 4 or np.abs(np.array(found) - box).max() > _POINT:
            faults.append(f"its {name[1:]} is {_mm(found)} mm, not {_mm(box)} mm")
    if int(leaf.obj.get("/Rotate", 0)) % 360:
        faults.append("it is turned")
    return faults


def _wrong_photos(drawn: list[_Drawn], frames: tuple[PlacedPhoto, ...], book: Book) -> list[str]:
    size = book.size
    if len(drawn) != len(frames):
        return [f"it draws {counted(len(drawn), 'photo')}, the plan has {len(frames)}"]
    faults = []
    low = (size.bleed + size.safe) * POINTS_A_MM
    right = (size.bleed + size.width - size.safe) * POINTS_A_MM
    top = (size.bleed + size.height - size.safe) * POINTS_A_MM
    for one, frame in zip(drawn, frames, strict=True):
        name, (x0, y0, x1, y1) = frame.path.name, one.box
        if min(x0, y0) < low - _POINT or x1 > right + _POINT or y1 > top + _POINT:
            faults.append(f"{name} reaches out of the safe zone")
        x, y, width, height = (side * POINTS_A_MM for side in frame.box)
        bleed = size.bleed * POINTS_A_MM
        below = size.height * POINTS_A_MM + bleed - y - height
        planned = (x + bleed, below, x + bleed + width, below + height)
        if np.abs(np.array(one.box) - planned).max() > _POINT:
            faults.append(f"{name} does not lie where the plan has it")
        if one.orientation is None:
            faults.append(f"{name} is turned or slanted")
            continue
        stored = int(one.image.Width) / int(one.image.Height)
        ratio = 1 / stored if one.orientation >= 5 else stored
        pixel = 1 / min(int(one.image.Width), int(one.image.Height))  # of what was scaled down
        if abs((x1 - x0) / (y1 - y0) / ratio - 1) > _RATIO + pixel:
            faults.append(f"{name} is stretched")
        if has_metadata(one.data):
            faults.append(f"{name} has metadata, which may tell where it was taken")
        if not shows_planned_photo(one.data, one.orientation, frame):
            faults.append(f"{name} is another picture, or turned")
    return faults


def _repeated_photos(drawn: list[_Drawn], number: int, seen: _Seen) -> list[str]:
    """Fault messages for photos that occur twice in the PDF in the same orientation."""
    faults = []
    for one in drawn:
        alike = seen.setdefault((len(one.data), one.orientation), [])
        before = next((page for page, image in alike if image.read_raw_bytes() == one.data), None)
        if before is not None:
            faults.append(f"one of its photos is on page {before}, too")
        alike.append((number, one.image))
    return faults


def _unembedded_fonts(leaf: "pikepdf.Page") -> list[str]:
    """Fault messages for a PDF page's fonts that are not embedded."""
    fonts: Any = leaf.resources.get("/Font", {})
    faults = []
    for _, font in fonts.items():
        described: Any = font.get("/FontDescriptor", {})
        if not any(f"/FontFile{kind}" in described for kind in ("", "2", "3")):
            faults.append(f"the font {font.get('/BaseFont')} is not embedded")
    return faults


def _not_planned(
    leaf: "pikepdf.Page", steps: Sequence[_Step], page: BookPage, book: Book
) -> list[str]:
    """Fault messages for page content that is not in the book's plan."""
    images: Any = leaf.resources.get("/XObject", {})
    faults = [f"it is drawn on by {one!r}" for one in sorted({op for _, op in steps} - _OPERATORS)]
    faults += [
        f"it has {str(key)[1:]}, which no plan has" for key in _STRANGE_TO_PAGES if key in leaf.obj
    ]
    for image in images.values():
        if image.get("/Subtype") != "/Image":
            faults.append("it draws something that is no photo")
        masks = [key[1:] for key in _MASKS if key in image]
        faults += [f"one of its photos is changed by {key}" for key in masks]
        if not _is_allowed_colour_space(image.get("/ColorSpace")):
            faults.append("one of its photos has another colour space")
    for numbers in [numbers for numbers, op in steps if op == "Tm"]:
        size = book.size
        x, y = (one + size.bleed for one in page.caption_at)
        below = size.height + 2 * size.bleed - y
        wanted = (1, 0, 0, 1, x * POINTS_A_MM, below * POINTS_A_MM)
        found = [float(one) for one in numbers]
        if not page.caption or np.abs(np.array(found) - wanted).max() > _POINT:
            faults.append("it has a text where the plan has none")
    return faults


def _drawn(leaf: "pikepdf.Page", steps: Sequence[_Step]) -> list[_Drawn]:
    """Photos drawn on a PDF page, in drawing order."""
    images: Any = leaf.resources.get("/XObject", {})
    current = np.eye(3)
    kept: list[Any] = []
    found = []
    for operands, operator in steps:
        match operator:
            case "q":
                kept.append(current)
            case "Q":
                current = kept.pop() if kept else np.eye(3)
            case "cm":
                a, b, c, d, e, f = (float(one) for one in operands)
                current = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ current
            case "Do":
                image = images.get(str(operands[0]))
                if image is not None and image.get("/Subtype") == "/Image":
                    (a, b, _), (c, d, _), (e, f, _) = current.tolist()
                    found.append(_Drawn(image, (a, b, c, d, e, f)))
            case _:
                pass
    return found


def _parsed(leaf: "pikepdf.Page") -> Any:
    return pikepdf_or_error().parse_content_stream(leaf)


def _mm(points: Any) -> str:
    return " ".join(f"{side / POINTS_A_MM:.1f}" for side in points) or "missing"
