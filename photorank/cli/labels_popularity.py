"""The command that converts likes, views and followers into labels."""

from typing import Annotated

import typer

from photorank.cli.labels_collect import Mix
from photorank.cli.labels_import import take_labels
from photorank.cli.options import AsJson, IndexName, Partial, TableFile, example

app = typer.Typer()


@app.command(
    "popularity", epilog=example("photorank labels popularity likes.csv --tiers 5 --index family")
)
def popularity(
    file: TableFile,
    tiers: Annotated[
        int | None, typer.Option(min=2, metavar="T", help="Score by T tiers within each account.")
    ] = None,
    index: IndexName = None,
    partial: Partial = False,
    mix: Mix = False,
    as_json: AsJson = False,
) -> None:
    """Import likes as labels. Columns: file, likes; optional: views or followers, account, date."""
    from photorank.index.judging.source_conflicts import refuse_other_scales
    from photorank.labels.popularity.likes_table import read_popularity
    from photorank.workspace import Workspace

    paths = Workspace.current().existing_index(index)
    table = read_popularity(file, tiers=tiers)
    if not mix:
        refuse_other_scales(paths, table)
    take_labels(paths, table, partial=partial, as_json=as_json)
