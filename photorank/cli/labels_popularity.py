"""The command that turns likes, views and followers into labels."""

from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.labels_collect import Mix
from photorank.cli.options import AsJson, IndexName, example
from photorank.cli.output import line, message, print_json

app = typer.Typer()


@app.command(
    "popularity", epilog=example("photorank labels popularity likes.csv --tiers 5 --index family")
)
def popularity(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    tiers: Annotated[
        int | None,
        typer.Option(min=2, metavar="T", help="Score by T tiers within each account."),
    ] = None,
    index: IndexName = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave bad rows out instead of refusing the table.")
    ] = False,
    mix: Mix = False,
    as_json: AsJson = False,
) -> None:
    """Import likes as labels. Columns are file, likes, views or followers, account and date."""
    import numpy as np

    from photorank.index.judging.import_rows import import_labels
    from photorank.index.judging.sources import refuse_other_scales
    from photorank.index.opened import Index
    from photorank.labels.popularity.likes_table import read_popularity
    from photorank.workspace import Workspace

    paths = Workspace.current().existing_index(index)
    table = read_popularity(file, tiers=tiers, partial=partial)
    if not mix:
        refuse_other_scales(paths, table)
    notes = [*table.notes, *import_labels(paths, table, partial=partial)]
    labelled = int(np.isfinite(Index.open(paths).labels().scores).sum())
    for note in notes:
        message(note)
    if as_json:
        print_json({"index": paths.name, "labelled": labelled, "notes": notes})
    else:
        line(f"index {paths.name}: {labelled} photos have a label")
