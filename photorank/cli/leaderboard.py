"""The command that compares encoders, rating vectors and learners on the same held-out photos."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.options import (
    AsJson,
    Folds,
    MaybeFoldBy,
    ProgressFile,
    Repeats,
    Seed,
    example,
    names,
)
from photorank.cli.output import line, message, print_json, print_table, progress
from photorank.outside_text import typed_path
from photorank.workspace import Workspace

if TYPE_CHECKING:
    from photorank.leaderboard.report import Leaderboard

app = typer.Typer()

_LEFT_OUT = ("Spearman's ρ", "p alone")  # in a terminal, for which the table would be too wide


@app.command(
    epilog=example("photorank leaderboard --index oasis --index oasis-clip --to report.html")
)
def leaderboard(
    index: Annotated[
        list[str] | None,
        typer.Option(
            "--index", metavar="NAME", help="An index; may be repeated. Default: all there are."
        ),
    ] = None,
    vectors: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Vectors, where an index has them. Default: all."),
    ] = None,
    learners: Annotated[
        str, typer.Option(metavar="K,...", help="Learners, fitted anew in every fold.")
    ] = "mean-difference,all-pairs",
    fold_by: MaybeFoldBy = None,
    folds: Folds = 10,
    repeats: Repeats = 3,
    seed: Seed = 0,
    costs: Annotated[
        bool,
        typer.Option(
            "--costs/--no-costs", help="Measure what a photo costs each encoder on this machine."
        ),
    ] = True,
    to: Annotated[
        list[Path] | None,
        typer.Option(
            parser=typed_path,
            metavar="FILE",
            help="Write a report: .html (one file with charts and photos), .md or .json; may be "
            "repeated.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace reports that are there.")] = False,
    progress_file: ProgressFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare encoders, vectors and learners. Indexes of the same photos get the same folds."""
    from photorank.export.destination import checked_new_file, checked_path
    from photorank.index.opened import open_index
    from photorank.leaderboard.contest import Contest
    from photorank.leaderboard.make_leaderboard import make_leaderboard
    from photorank.leaderboard.write_report import check_path, report_bytes, write_report
    from photorank.learning.protocol import Protocol
    from photorank.progress_file import reporting

    for path in to or []:
        check_path(path)
    chosen = list(dict.fromkeys(index or Workspace.current().index_names()))
    opened = [open_index(name) for name in chosen] or [open_index(None)]
    for path in to or []:
        (checked_path if force else checked_new_file)(opened[0], path)
    with (
        reporting(progress_file, "leaderboard", ", ".join(chosen)) as report,
        progress("Comparing", "indexes") as bar,
    ):

        def on_progress(done: int, total: int) -> None:
            bar(done, total)
            if report is not None:
                report.step("Comparing encoders", done, total)

        contest = Contest(
            vectors=None if vectors is None else tuple(names(vectors)),
            learners=tuple(names(learners)),
            protocol=Protocol(fold_by=fold_by, folds=folds, repeats=repeats, seed=seed),
            costs=costs,
            on_progress=on_progress,
        )
        board = make_leaderboard(opened, contest)
        for path in to or []:
            write_report(board, path)
            message(f"written to {path}")
    if as_json:
        from json import loads

        print_json(loads(report_bytes(board, ".json")))
        return
    _print_tables(board)


def _print_tables(board: "Leaderboard") -> None:
    """Print result tables for each set of photos, then a message for each index left out."""
    from photorank.leaderboard.summary import summary
    from photorank.leaderboard.tables import result_table, seen_table

    for panel in board.panels:
        line(f"{panel.title}: {panel.n_photos} photos, held out by {panel.protocol.fold_by}")
        for table in (result_table(panel, "all"), seen_table(panel, "all")):
            if table.rows:
                line(table.title)
                shown = [i for i, name in enumerate(table.columns) if name not in _LEFT_OUT]
                columns = [table.columns[i] for i in shown]
                rows = [[row[i] for i in shown] for row in table.rows]
                print_table(columns, rows, right=table.columns[table.n_words :])
        for sentence in summary(panel):
            line(sentence)
        for text in panel.notes:
            message(text)
    for text in board.left_out:
        message(f"left out: {text}")
