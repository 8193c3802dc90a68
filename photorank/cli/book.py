"""The command that lays out a photo book, and writes or checks its PDF or JPEG pages."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from photorank.cli.book_source import BookOptions, Source, planned
from photorank.cli.options import AsJson, IndexName, MaybeVector, example
from photorank.cli.output import line, message, print_json, print_some, progress
from photorank.errors import counted
from photorank.outside_text import typed_path
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.workspace import regular_file

if TYPE_CHECKING:
    from photorank.album.book.book import Book
    from photorank.export.pdf.printers import Printer
    from photorank.export.pdf.write_book_pdf import PdfOptions
    from photorank.index.opened import Index

app = typer.Typer()

_OTHER_FILES = PHOTO_SUFFIXES | {".txt", ".zip", ".doc", ".docx", ".html", ".epub", ".json", ".ps"}
_PDF = ".pdf"

Pages = Annotated[
    int | None,
    typer.Option(min=1, max=2000, metavar="N", help="Default: as many as suit the photos."),
]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="WxH", help="Trimmed page in mm, or A4, A5, a4-landscape. Default: 210x210."
    ),
]
Places = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="K",
        help="Photos to choose. Default: 2.5 for each page, fewer where moments are few.",
    ),
]
Album = Annotated[
    str | None,
    typer.Option(metavar="ALBUM", help="The book of a kept album, in its order."),
]
To = Annotated[
    Path | None,
    typer.Option(
        parser=typed_path, metavar="FILE.pdf|DIR", help="A new PDF, or a folder for JPEG pages."
    ),
]
PrinterName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What a printer asks for: bookfactory, gelato, milk, printsafari, "
        "professionalalbums, redtree, or a TOML file. Options given here go before it.",
    ),
]
Bleed = Annotated[float | None, typer.Option(min=0, max=50, metavar="MM", help="Default: 3.")]
Safe = Annotated[
    float | None,
    typer.Option(min=0, max=50, metavar="MM", help="Margin that photos keep. Default: 5."),
]
Ppi = Annotated[
    float | None,
    typer.Option(min=36, max=2400, metavar="N", help="Of JPEG pages. Default: 300."),
]
WarnPpi = Annotated[
    float | None,
    typer.Option(min=0, max=2400, metavar="N", help="Warn of photos below. Default: 240."),
]
MaxPpi = Annotated[
    float | None,
    typer.Option(
        min=36, max=2400, metavar="N", help="Scale photos of a PDF down to it. Default: never."
    ),
]
Standard = Annotated[
    Literal["plain", "x4"] | None,
    typer.Option(help="x4 is PDF/X-4 and needs --output-profile. Default: plain."),
]
OutputProfile = Annotated[
    Path | None,
    typer.Option(parser=typed_path, metavar="F.icc", help="The printer's output profile."),
]
Captions = Annotated[
    Literal["none", "event"] | None,
    typer.Option(help="Below the first photos of each event, its days. Default: event."),
]
Font = Annotated[
    Path | None,
    typer.Option(parser=typed_path, metavar="F.ttf", help="Of captions. Default: one that fits."),
]
Plan = Annotated[
    Path | None,
    typer.Option(parser=typed_path, metavar="IN.json", help="Print this plan, which --json wrote."),
]
Check = Annotated[
    Path | None,
    typer.Option(
        parser=typed_path,
        metavar="FILE.pdf",
        help="Compare a PDF with the plan instead of writing one.",
    ),
]


@app.command(epilog=example("photorank book --album Italy --pages 24 --to italy.pdf"))
def book(
    pages: Pages = None,
    size: Size = None,
    places: Places = None,
    album: Album = None,
    vector: MaybeVector = None,
    to: To = None,
    printer: PrinterName = None,
    bleed: Bleed = None,
    safe: Safe = None,
    ppi: Ppi = None,
    warn_ppi: WarnPpi = None,
    max_ppi: MaxPpi = None,
    standard: Standard = None,
    output_profile: OutputProfile = None,
    captions: Captions = None,
    font: Font = None,
    plan: Plan = None,
    check: Check = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Lay out a photo book and, with --to, write it for a printing service.

    Nothing is cropped. What is written is read back and checked; no printer's own preflight has
    seen it. Covers are separate files, which are not made: a photo is proposed.
    """
    asked = BookOptions(pages, size, places, album, captions, plan)
    asked.check()
    if check is not None and to is not None:
        raise typer.BadParameter("--check reads a file, --to writes one: give one")
    given = {"bleed": bleed, "safe": safe, "ppi": ppi, "warn_ppi": warn_ppi, "standard": standard}
    wanted = _requirements(printer, given)
    source = Source.of(asked, index)
    output = None
    if check is not None:
        regular_file(check)
    if to is not None:
        output = _Output(to, output_profile, max_ppi, font, album or "Photo book")
        output.check(source.opened, wanted)
    made, notes = planned(asked, source, wanted, vector)
    if check is not None:
        _tell_check(check, made, as_json)
        return
    written: dict[str, Any] = {}
    if output is not None:
        written, more = _write(source.opened, made, wanted, output)
        notes += more
    _tell(made, notes, wanted, {"index": source.opened.name} | written, as_json)


class _Output(NamedTuple):
    """Options for writing a book: path of PDF or folder, ICC profile, resolution, font, title."""

    to: Path
    profile: Path | None
    max_ppi: float | None
    font: Path | None
    title: str

    @property
    def is_pdf(self) -> bool:
        """True if the book is to be one PDF, False if it is to be a folder of JPEG pages."""
        return self.to.suffix.lower() == _PDF

    def options(self, wanted: "Printer") -> "PdfOptions":
        """Settings to write pages, from user options and a printing service's requirements."""
        from photorank.export.pdf.write_book_pdf import PdfOptions

        max_ppi = self.max_ppi if self.is_pdf else wanted.ppi
        return PdfOptions(wanted.standard, self.profile, max_ppi, self.font, self.title)

    def check(self, index: "Index", wanted: "Printer") -> None:
        """Raise an error early if a book cannot be written with these options."""
        from photorank.errors import ExportError
        from photorank.export.destination import checked_folder, checked_new_file
        from photorank.export.pdf.fonts import caption_font
        from photorank.export.pdf.write_book_pdf import output_profile, pikepdf_or_error

        if self.is_pdf:
            checked_new_file(index, self.to)
            pikepdf_or_error()
            output_profile(self.options(wanted))
        else:
            if self.to.suffix.lower() in _OTHER_FILES and not self.to.is_dir():
                raise ExportError(
                    f"{self.to} is named as a file that a book is not: name a .pdf, or a folder "
                    "for its pages as JPEG."
                )
            checked_folder(index, self.to)
        caption_font((), self.font)


def _requirements(name: str | None, given: dict[str, Any]) -> "Printer":
    """Requirements of a printing service (bleed, …), overridden by the user's options."""
    from photorank.export.pdf.printers import Printer, printer

    wanted = printer(name) if name else Printer("")
    return replace(wanted, **{key: one for key, one in given.items() if one is not None})


def _write(
    index: "Index", made: "Book", wanted: "Printer", output: _Output
) -> tuple[dict[str, Any], list[str]]:
    """Write the book as a PDF or as JPEG pages; return the paths, and notes for the user."""
    from photorank.export.destination import checked_folder, checked_new_file

    options = output.options(wanted)
    if output.is_pdf:
        return _write_pdf(made, checked_new_file(index, output.to), options)
    return _write_jpegs(made, checked_folder(index, output.to), options)


def _write_pdf(made: "Book", path: Path, options: Any) -> tuple[dict[str, Any], list[str]]:
    """Write the book as a PDF and check it; if it is faulty, delete it and raise ExportError."""
    from photorank.errors import ExportError
    from photorank.export.pdf.check import check_pdf
    from photorank.export.pdf.write_book_pdf import write_pdf

    with progress("Writing pages", "pages") as report:
        notes = write_pdf(made, path, options, report)
    if faults := check_pdf(path, made):
        path.unlink()
        raise ExportError(f"{path} was not what was planned, and was removed: {faults[0]}.")
    return {"written": [path]}, notes


def _write_jpegs(made: "Book", folder: Path, options: Any) -> tuple[dict[str, Any], list[str]]:
    from photorank.export.pdf.jpeg_pages import write_pages

    with progress("Writing pages", "pages") as report:
        paths, notes = write_pages(made, folder, options, report)
    return {"written": paths}, notes


def _tell_check(path: Path, made: "Book", as_json: bool) -> None:
    from photorank.errors import ExportError
    from photorank.export.pdf.check import check_pdf

    faults = check_pdf(path, made)
    if as_json:
        print_json({"faults": faults})
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise ExportError(f"{path} is not what the plan says: {faults[0]}{more}.")
    if not as_json:
        line(f"{path} is what the plan says; no printer's own preflight has seen it")


def _tell(
    made: "Book", notes: list[str], wanted: "Printer", more: dict[str, Any], as_json: bool
) -> None:
    from photorank.album.book.plan_json import book_json

    if as_json:
        print_json(book_json(made) | {"notes": notes} | more)
        return
    size = made.size
    photos = counted(len(made.frames), "photo")
    line(
        f"{counted(len(made.pages), 'page')} of {size.width:g} x {size.height:g} mm with {photos}; "
        f"bleed {size.bleed:g} mm, photos stay {size.safe:g} mm inside"
    )
    print_some(
        [
            f"page {page.number}: {', '.join(frame.path.name for frame in page.frames)}"
            + (f" ({page.caption})" if page.caption else "")
            for page in made.pages
        ]
    )
    if made.cover:
        line(f"for the cover, which is a file of its own: {made.cover} ({made.cover_reason})")
    if made.warnings:
        line(counted(len(made.warnings), "warning"))
        print_some([f"{one.path}: {one.reason}" for one in made.warnings])
    for note in notes:
        line(note)
    if wanted.note:
        line(f"{wanted.name}: {wanted.note}")
    written = more.get("written", [])
    if not written:
        message("nothing was written; --to FILE.pdf or --to FOLDER does")
    elif len(written) == 1:
        line(f"{written[0]} is written, read back and checked")
    else:
        folder = written[0].parent
        line(f"{counted(len(written), 'page')} written into {folder}")
