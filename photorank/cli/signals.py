"""The command that measures the technical quality of photos, such as sharpness and noise.

If a page size is given, it also tells how well the photos would print on such a page.
"""

from collections import Counter
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photorank.cli.measured_files import measure_files
from photorank.cli.options import AsJson, IndexName, PhotosOrIndex, example
from photorank.cli.output import (
    line,
    message,
    print_json,
    print_some,
    print_table,
    progress,
    skipped_files,
)
from photorank.errors import counted
from photorank.workspace import Workspace

if TYPE_CHECKING:
    from photorank.index.reading.records import IndexSignals
    from photorank.photos.signals.print_quality import Page

app = typer.Typer()


@app.command(epilog=example("photorank signals IMG_0001.jpg IMG_0002.jpg --page 20x30"))
def signals(
    photos: PhotosOrIndex = None,
    page: Annotated[
        str | None,
        typer.Option(metavar="AxB", help="Tell how photos would print on a page, in centimetres."),
    ] = None,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Measure sharpness, noise and other signals of photos, and with --page their print quality."""
    from photorank.photos.signals.print_quality import parse_page

    try:
        paper = parse_page(page) if page else None
    except ValueError as error:
        raise typer.BadParameter("--page needs two sides in centimetres, like 20x30") from error
    if photos and index:
        raise typer.BadParameter("--index measures all photos of an index: leave PHOTO out")
    if photos:
        _print_files(photos, paper, as_json)
    else:
        _measure_index(index, paper, as_json)


def _print_files(photos: list[Path], page: "Page | None", as_json: bool) -> None:
    from photorank.photos.decode_pool import signals_isolated

    found = measure_files(photos, lambda data: _for_json(signals_isolated(data), page))
    if as_json:
        print_json(found.told)
    else:
        _print_signals(found.good)
    found.refuse_unusable()


def _print_signals(told: list[dict[str, Any]]) -> None:
    for one in told:
        line(one["path"])
        for name, value in one["signals"].items():
            line(f"  {name:20} {'–' if value is None else f'{value:.4g}'}")
        if "print" in one:
            line(f"  {one['print']['words']}")


def _measure_index(name: str | None, page: "Page | None", as_json: bool) -> None:
    from photorank.index.measuring.measure_photos import MeasureOptions
    from photorank.index.measuring.measure_signals import measure_signals
    from photorank.index.opened import Index

    paths = Workspace.current().existing_index(name)
    with progress("Measuring", "photos") as on_progress:
        report = measure_signals(paths, MeasureOptions(on_progress=on_progress))
    if report.skipped:
        many = counted(len(report.skipped), "photo")
        message(f"{many} could not be measured; the next run tries again")
    opened = Index.open(paths)
    found = opened.signals()
    told = [
        {"path": photo.path} | _for_json(dict(zip(found.names, values, strict=True)), page)
        for photo, values in zip(opened.photos(), found.values.tolist(), strict=True)
    ]
    if as_json:
        counts = {"measured": report.measured, "known": report.known}
        skipped = skipped_files(report.skipped)
        print_json({"index": opened.name, **counts, "skipped": skipped, "photos": told})
        return
    line(f"index {opened.name}: {report.measured} measured, {report.known} known before")
    print_some([f"{file.path}: {file.reason}" for file in report.skipped])
    _print_spread(found)
    if page:
        printed = [one["print"] for one in told if "print" in one]
        kinds = Counter(one["fitness"] for one in printed)
        words = ", ".join(f"{kinds[kind]} {kind}" for kind in ("fine", "soft", "too small"))
        line(f"at {page}: {words}; {sum(one['dark'] for one in printed)} very dark in print")


def _for_json(values: Mapping[str, float], page: "Page | None") -> dict[str, Any]:
    """JSON object with a photo's signals, such as sharpness, and its print quality at a page size.

    A signal that is nan becomes null. Print quality is left out if `page` is None or
    the width is nan.
    """
    from photorank.photos.signals.print_quality import print_quality

    told: dict[str, Any] = {
        "signals": {name: value if isfinite(value) else None for name, value in values.items()}
    }
    if page and isfinite(values["width"]):
        one = print_quality(
            values["width"], values["height"], page, brightness=values["brightness"]
        )
        fields = {"dpi": one.dpi, "lost": one.lost, "dark": one.dark, "fitness": one.fitness}
        told["print"] = fields | {"words": str(one)}
    return told


def _print_spread(found: "IndexSignals") -> None:
    """Print the 5 %, 50 % and 95 % quantiles of each signal over the photos."""
    import numpy as np

    rows = []
    for name in found.names:
        column = found.column(name)
        known = column[np.isfinite(column)]
        cuts = np.quantile(known, [0.05, 0.5, 0.95]) if len(known) else np.full(3, np.nan)
        said = ["–" if np.isnan(cut) else f"{cut:.4g}" for cut in cuts]
        rows.append([name, *said, len(known)])
    right = ["lowest 5 %", "middle", "highest 5 %", "photos"]
    print_table(["signal", *right], rows, right=right)
