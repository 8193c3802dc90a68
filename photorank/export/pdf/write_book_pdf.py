"""PDF of a photo book: captions by reportlab; photos, page boxes and metadata by pikepdf."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photorank.album.book.book import Book, BookPage, PlacedPhoto
from photorank.cores import usable_cores
from photorank.errors import ExportError, MissingExtraError
from photorank.export.pdf.fonts import CaptionFont, caption_font
from photorank.export.pdf.pictures import TURNS, Picture, picture_of
from photorank.export.pdf.printers import Standard
from photorank.export.pdf.reproducible_pdf import save_pdf
from photorank.workspace import read_bytes, replacing

if TYPE_CHECKING:
    import pikepdf

POINTS_A_MM = 72 / 25.4
CAPTION_POINTS = 8.5  # font size
_LEAST_POINTS = 6.0  # font size of a long caption
_CAPTION_GREY = 0.25  # 0 is black
_HAIRLINE = "0.75 G 0.25 w"  # PDF operators: grey, line width in points
_FIRST_FONT = "/F1"  # reportlab's name of it
_FIXED_DATE = "D:20000101000000Z"  # so that the same photos give the same bytes
_FIXED_XMP_DATE = "2000-01-01T00:00:00Z"
_GREY_SPACE = {"WhitePoint": [0.9505, 1.0, 1.089], "Gamma": 2.2}
SRGB_PROFILE = Path(__file__).with_name("srgb.icc")
_PRINTER_CLASS = b"prtr"


@dataclass(frozen=True)
class PdfOptions:
    """Settings of a photo book's PDF: standard, ICC profile, resolution, font and title."""

    standard: Standard = "plain"
    output_profile: Path | None = None  # the printer's, which PDF/X-4 needs
    max_ppi: float | None = None
    font: Path | None = None
    title: str = "Photo book"


def write_pdf(
    book: Book,
    path: Path,
    options: PdfOptions,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[str]:
    """Write a photo book as PDF atomically; return warnings about its captions.

    Raises MissingExtraError without the extra `book`; ExportError if a photo cannot be printed.
    """
    pikepdf = pikepdf_or_error()
    profile = output_profile(options)
    font = caption_font((page.caption for page in book.pages), options.font)
    captions = _pages_with_captions(book, font)
    pool = ThreadPoolExecutor(usable_cores())
    try:
        pictures = pool.map(partial(picture_of, max_ppi=options.max_ppi), book.frames)
        with pikepdf.open(io.BytesIO(captions)) as pdf:
            draw = _PhotoDrawer(pdf, book, pictures)
            for done, (page, leaf) in enumerate(zip(book.pages, pdf.pages, strict=True), start=1):
                draw.page(page, leaf)
                on_progress(done, len(book.pages))
            _set_metadata(pdf, options, profile)
            with replacing(path) as temporary:
                save_pdf(pdf, temporary)
    finally:
        pool.shutdown(cancel_futures=True)
    return font.notes


def pikepdf_or_error() -> Any:
    """Imported module pikepdf; raises MissingExtraError if the extra `book` is not installed."""
    try:
        import pikepdf
        import reportlab  # noqa: F401 - asked for here, so that nothing is half done
    except ImportError as error:
        raise MissingExtraError("a book as PDF", "book") from error
    return pikepdf


def _pages_with_captions(book: Book, font: CaptionFont) -> bytes:
    """Bytes of a PDF whose pages hold only a book's captions, in an embedded font."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    size, file = book.size, io.BytesIO()
    wide, tall = (_points(side + 2 * size.bleed) for side in (size.width, size.height))
    canvas = Canvas(file, pagesize=(wide, tall), invariant=1, initialFontName="Helvetica")
    if any(font.captions.values()):
        pdfmetrics.registerFont(TTFont("caption", str(font.path)))
    for page in book.pages:
        if text := font.captions.get(page.caption, ""):
            x, y = page.caption_at
            room = _points(size.width - size.safe - x)
            text, points = fitted(text, room, partial(pdfmetrics.stringWidth, fontName="caption"))
            canvas.setFont("caption", points)
            canvas.setFillGray(_CAPTION_GREY)
            canvas.drawString(_points(x + size.bleed), tall - _points(y + size.bleed), text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def fitted(text: str, room: float, width_of: Callable[..., float]) -> tuple[str, float]:
    """Caption shortened to fit a width, and its font size in points.

    The font size is reduced first.
    """
    wide = width_of(text, fontSize=CAPTION_POINTS)
    points = max(min(CAPTION_POINTS, CAPTION_POINTS * room / wide), _LEAST_POINTS) if wide else 0.0
    points = points or CAPTION_POINTS
    cut = text
    while cut and width_of(cut if cut == text else f"{cut}...", fontSize=points) > room:
        cut = cut[:-1].rstrip()
    return (text if cut == text else f"{cut}..."), points


class _PhotoDrawer:
    """Helper that draws a book's photos onto PDF pages with shared colour spaces."""

    def __init__(self, pdf: "pikepdf.Pdf", book: Book, pictures: Iterator[Picture]) -> None:
        self._pdf = pdf
        self._book = book
        self._pictures = pictures
        self.colour = _icc_space(pdf, SRGB_PROFILE.read_bytes(), 3, "DeviceRGB")
        pikepdf = pikepdf_or_error()
        grey = pikepdf.Dictionary({f"/{name}": value for name, value in _GREY_SPACE.items()})
        self._grey = pdf.make_indirect(pikepdf.Array([pikepdf.Name.CalGray, grey]))

    def page(self, page: BookPage, leaf: "pikepdf.Page") -> None:
        """Draw a page's photos behind its caption, and set the page boxes."""
        pikepdf = pikepdf_or_error()
        size = self._book.size
        if pikepdf.Name.XObject not in leaf.resources:
            leaf.resources.XObject = pikepdf.Dictionary()
        leaf.resources.ColorSpace = pikepdf.Dictionary(DefaultRGB=self.colour)
        drawn = []
        for number, frame in enumerate(page.frames, start=1):
            picture = next(self._pictures)
            leaf.resources.XObject[f"/Photo{number}"] = self._image(picture)
            drawn.append(self._commands(frame, picture.turn, f"/Photo{number}"))
        _remove_first_font(self._pdf, leaf)
        leaf.contents_add("\n".join(drawn).encode(), prepend=True)
        wide, tall = (_points(side + 2 * size.bleed) for side in (size.width, size.height))
        bleed = _points(size.bleed)
        whole = pikepdf.Array([0, 0, _rounded(wide), _rounded(tall)])
        for name in ("/MediaBox", "/CropBox", "/BleedBox"):
            leaf.obj[name] = whole
        trim = [bleed, bleed, bleed + _points(size.width), bleed + _points(size.height)]
        leaf.obj.TrimBox = pikepdf.Array([_rounded(side) for side in trim])
        for name in ("/Trans", "/Rotate"):
            if name in leaf.obj:
                del leaf.obj[name]

    def _image(self, picture: Picture) -> Any:
        pikepdf = pikepdf_or_error()
        name = pikepdf.Name
        return pikepdf.Stream(
            self._pdf,
            picture.data,
            Type=name.XObject,
            Subtype=name.Image,
            Width=picture.width,
            Height=picture.height,
            BitsPerComponent=8,
            ColorSpace=self._grey if picture.grey else self.colour,
            Filter=name.DCTDecode,
        )

    def _commands(self, frame: PlacedPhoto, turn: int, name: str) -> str:
        """PDF operators, as text, that draw a photo upright in its box."""
        size = self._book.size
        x, y, width, height = (_points(side) for side in frame.box)
        left = x + _points(size.bleed)
        below = _points(size.height + size.bleed) - y - height
        a, b, c, d, e, f = TURNS[turn]
        matrix = (
            a * width,
            b * height,
            c * width,
            d * height,
            left + e * width,
            below + f * height,
        )
        numbers = " ".join(f"{number:.4f}" for number in matrix)
        drawn = f"q {numbers} cm {name} Do Q"
        if frame.hairline:
            drawn += f"\nq {_HAIRLINE} {left:.4f} {below:.4f} {width:.4f} {height:.4f} re S Q"
        return drawn


def _remove_first_font(pdf: "pikepdf.Pdf", leaf: "pikepdf.Page") -> None:
    """Remove the unembedded font that reportlab sets at the start of each page."""
    pikepdf = pikepdf_or_error()
    fonts = leaf.resources.Font
    steps = [
        one
        for one in pikepdf.parse_content_stream(leaf)
        if str(one.operator) != "Tf" or str(one.operands[0]) != _FIRST_FONT
    ]
    leaf.Contents = pdf.make_stream(pikepdf.unparse_content_stream(steps))
    if _FIRST_FONT in fonts:  # which all pages share
        del fonts[_FIRST_FONT]


def _icc_space(pdf: "pikepdf.Pdf", profile: bytes, components: int, device: str) -> Any:
    pikepdf = pikepdf_or_error()
    stream = pikepdf.Stream(pdf, profile, N=components, Alternate=pikepdf.Name(f"/{device}"))
    return pdf.make_indirect(pikepdf.Array([pikepdf.Name.ICCBased, pdf.make_indirect(stream)]))


def output_profile(options: PdfOptions) -> bytes | None:
    """Bytes of the printer's ICC profile for PDF/X-4; None for other standards.

    Raises ExportError if PDF/X-4 lacks one, or the file is none.
    """
    if options.standard == "plain":
        return None
    if options.output_profile is None:
        raise ExportError(
            "PDF/X-4 says for which press it is: give the printer's profile with "
            "--output-profile FILE.icc (sRGB is a screen's), or use --standard plain."
        )
    data = read_bytes(options.output_profile)
    if data[36:40] != b"acsp" or data[12:16] != _PRINTER_CLASS or data[16:20] not in _COMPONENTS:
        raise ExportError(
            f"{options.output_profile} is no output profile (class “prtr”): ask the printer for "
            "the ICC file of the press, or use --standard plain."
        )
    return data


_COMPONENTS = {b"CMYK": (4, "DeviceCMYK"), b"RGB ": (3, "DeviceRGB"), b"GRAY": (1, "DeviceGray")}


def _set_metadata(pdf: "pikepdf.Pdf", options: PdfOptions, profile: bytes | None) -> None:
    """Set a PDF's title, producer, PDF/X-4 output intent, and a fixed date."""
    pikepdf = pikepdf_or_error()
    for key in list(pdf.docinfo.keys()):
        del pdf.docinfo[key]
    pdf.docinfo.Title = options.title
    pdf.docinfo.Producer = pdf.docinfo.Creator = "photorank"
    pdf.docinfo.CreationDate = pdf.docinfo.ModDate = _FIXED_DATE
    pdf.docinfo.Trapped = pikepdf.Name("/False")
    if profile is not None and options.output_profile is not None:
        components, device = _COMPONENTS[profile[16:20]]
        stream = pikepdf.Stream(pdf, profile, N=components, Alternate=pikepdf.Name(f"/{device}"))
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name.GTS_PDFX,
            OutputConditionIdentifier=options.output_profile.stem,
            Info=options.output_profile.stem,
            DestOutputProfile=pdf.make_indirect(stream),
        )
        pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])
    xmp = _xmp(options.title, is_x4=profile is not None)
    pdf.Root.Metadata = pikepdf.Stream(
        pdf, xmp.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
    right_first = pikepdf.Name.TwoPageRight
    pdf.Root.PageLayout = right_first
    for name in ("/PageMode", "/Outlines"):
        if name in pdf.Root:
            del pdf.Root[name]


def _xmp(title: str, *, is_x4: bool) -> str:
    from xml.sax.saxutils import escape

    version = '\n   pdfxid:GTS_PDFXVersion="PDF/X-4"' if is_x4 else ""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
   xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
   xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/"
   xmp:CreatorTool="photorank" xmp:CreateDate="{_FIXED_XMP_DATE}"
   xmp:ModifyDate="{_FIXED_XMP_DATE}" xmp:MetadataDate="{_FIXED_XMP_DATE}"
   pdf:Producer="photorank" pdf:Trapped="False" xmpMM:RenditionClass="default"
   xmpMM:VersionID="1" xmpMM:DocumentID="uuid:photorank"{version}>
  <dc:format>application/pdf</dc:format>
  <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>
 </rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _points(mm: float) -> float:
    return mm * POINTS_A_MM


def _rounded(points: float) -> float:
    return round(points, 4)
