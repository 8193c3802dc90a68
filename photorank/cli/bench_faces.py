"""The command that measures the accuracy of face detection against faces marked by a person."""

from math import isfinite
from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.options import AsJson, example
from photorank.cli.output import interval, line, print_json, print_table, progress
from photorank.outside_text import typed_path

app = typer.Typer()


@app.command(epilog=example("photorank bench faces --labels faces.csv"))
def faces(
    labels: Annotated[
        Path,
        typer.Option(
            parser=typed_path,
            metavar="FILE.csv",
            help="A row a face: file, left, top, right, bottom, and maybe eyes (open, closed), "
            "clear (1, 0), cut (1, 0); a row without a box is a photo without people.",
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            parser=typed_path, metavar="DIR", help="Folder of the photos. Default: the table's."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well detected faces agree with faces that a person marked."""
    from photorank.bench.face_labels import read_face_labels
    from photorank.bench.faces_found import benchmark_results, compare_photos, in_words
    from photorank.photos.faces.models import VERSION, read_models

    read_models()
    marked = read_face_labels(labels)
    with progress("Looking for faces", "photos") as on_progress:
        photos = compare_photos(marked, root or labels.parent, on_progress)
    found = benchmark_results(photos)
    if as_json:
        told = [
            {"name": one.name, "n": one.n, "of": one.of}
            | {key: value if isfinite(value) else None for key, value in vars(one.limits).items()}
            for one in found
        ]
        print_json({"version": VERSION, "photos": len(photos), "figures": told})
        return
    line(f"{in_words(photos)}; models of version {VERSION}")
    rows = [[one.name, interval(one.limits), f"{one.n:,}", one.of] for one in found]
    print_table(["figure", "95 % interval", "n", "of"], rows, right=["95 % interval", "n"])
