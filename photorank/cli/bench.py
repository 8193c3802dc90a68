"""The benchmarks that a user can run on their own photos."""

from pathlib import Path
from typing import Annotated

import typer

from photorank.cli.opening import encoder_of
from photorank.cli.options import AsJson, example, names
from photorank.cli.printing import line, message, print_json, progress
from photorank.errors import NothingJudgedError

app = typer.Typer()
_bench = typer.Typer(help="Measure quality and speed.", no_args_is_help=True)
app.add_typer(_bench, name="bench")


@_bench.command(
    epilog=example("photorank bench quality --index family --to results --learners all-pairs")
)
def quality(
    to: Annotated[Path, typer.Option(metavar="DIR", help="Where the results are written.")],
    index: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An index; may be repeated. Default: every judged one."),
    ] = None,
    learners: Annotated[
        str | None, typer.Option(metavar="K,...", help="Learners. Default: all of them.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, metavar="N", help="Parts of the photos.")] = 10,
    repeats: Annotated[
        int, typer.Option(min=1, metavar="N", help="How often they are split anew.")
    ] = 3,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Decides the splits.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Evaluate indexes by photo and by group, one JSON a vector and one CSV of all."""
    from photorank.evaluation.evaluate import evaluate
    from photorank.evaluation.protocol import FoldBy, Protocol
    from photorank.evaluation.quality import quality_rows, write_quality
    from photorank.index.store import open_index
    from photorank.vectors.learners import LEARNERS

    rows = []
    for name in index or _judged():
        opened = open_index(name)
        ways: list[FoldBy] = ["photo"]
        if (opened.labels().groups >= 0).any():
            ways.append("group")
        if opened.manifest.judgements == "choices" and len(ways) == 2:
            ways = ["group"]  # choices within groups: a photo fold would split what is compared
        for fold_by in ways:
            with progress(f"{name} by {fold_by}", "fits") as on_progress:
                found = evaluate(
                    opened,
                    learners=list(LEARNERS) if learners is None else names(learners),
                    protocol=Protocol(fold_by=fold_by, folds=folds, repeats=repeats, seed=seed),
                    load=encoder_of(opened),
                    on_progress=on_progress,
                )
            rows += quality_rows(opened, found)
    written = write_quality(to, rows)
    if as_json:
        print_json([str(path.absolute()) for path in written])
    else:
        line(f"{len(rows)} results, in {len(written)} files")
    message(f"the table of all is {written[-1]}")


def _judged() -> list[str]:
    """Return the names of the indexes that somebody judged."""
    from photorank.index.store import Index
    from photorank.workspace import Workspace

    workspace = Workspace.current()
    known = [Index.open(workspace.index(name)) for name in workspace.index_names()]
    judged = [one.name for one in known if one.is_judged]
    if not judged:
        raise NothingJudgedError
    return judged
