"""Commands that import tables of people's judgements into an index."""

from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.options import (
    AsJson,
    FileColumn,
    GroupColumn,
    IndexName,
    Partial,
    RaterColumn,
    ScoreColumn,
    TableFile,
    example,
)
from photorank.cli.output import line, print_json, print_notes
from photorank.errors import counted

if TYPE_CHECKING:
    from photorank.labels.tables.judgement_tables import LabelTable
    from photorank.workspace import IndexPaths

app = typer.Typer()
choices_app = typer.Typer()


@app.command("import", epilog=example("photorank labels import stars.csv --index family"))
def labels_import(
    file: TableFile,
    index: IndexName = None,
    file_column: FileColumn = None,
    score_column: ScoreColumn = None,
    rater_column: RaterColumn = None,
    group_column: GroupColumn = None,
    partial: Partial = False,
    as_json: AsJson = False,
) -> None:
    """Import labels of photo files (scores, tiers or stars) from a CSV or .xlsx table."""
    from photorank.labels.tables.judgement_tables import LabelColumns, read_labels
    from photorank.workspace import Workspace

    paths = Workspace.current().existing_index(index)
    columns = LabelColumns.named(file_column, score_column, rater_column, group_column)
    table = read_labels(file, columns)
    take_labels(paths, table, partial=partial, as_json=as_json)


def take_labels(paths: "IndexPaths", table: "LabelTable", *, partial: bool, as_json: bool) -> None:
    """Import a table of labels, and print how many photos are now labelled."""
    import numpy as np

    from photorank.index.judging.import_rows import import_labels
    from photorank.index.opened import Index

    notes = import_labels(paths, table, partial=partial)
    labelled = int(np.isfinite(Index.open(paths).labels().scores).sum())
    print_notes(notes)
    if as_json:
        print_json({"index": paths.name, "labelled": labelled, "notes": notes})
    else:
        line(f"index {paths.name}: {counted(labelled, 'photo')} with a label")


@choices_app.command("import", epilog=example("photorank choices import pairs.csv --index family"))
def choices_import(
    file: TableFile,
    index: IndexName = None,
    winner_column: Annotated[
        str | None, typer.Option(metavar="C", help="The chosen photo's column. Default: winner.")
    ] = None,
    loser_column: Annotated[
        str | None, typer.Option(metavar="C", help="The other photo's column. Default: loser.")
    ] = None,
    rater_column: RaterColumn = None,
    partial: Partial = False,
    as_json: AsJson = False,
) -> None:
    """Import a table of choices, CSV or .xlsx. Its columns are winner, loser, tie, rater, votes."""
    from photorank.index.judging.import_rows import import_choices
    from photorank.index.opened import Index
    from photorank.labels.tables.judgement_tables import ChoiceColumns, read_choices
    from photorank.workspace import Workspace

    paths = Workspace.current().existing_index(index)
    columns = ChoiceColumns.named(winner_column, loser_column, rater_column)
    notes = import_choices(paths, read_choices(file, columns), partial=partial)
    choices = len(Index.open(paths).choices().winners)
    print_notes(notes)
    if as_json:
        print_json({"index": paths.name, "choices": choices, "notes": notes})
    else:
        line(f"index {paths.name}: {counted(choices, 'choice')} between two photos")
