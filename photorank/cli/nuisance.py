"""The nuisance command, which measures and removes a vector's bias for some kinds of photos."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import AsJson, IndexName, MaybeFoldBy, MaybeVector, example
from photorank.cli.output import interval, line, message, print_json, print_table, progress
from photorank.errors import counted
from photorank.json_values import to_json

if TYPE_CHECKING:
    from photorank.evaluation.nuisance import Nuisance

app = typer.Typer()


@app.command(epilog=example("photorank nuisance --vector ours --index family"))
def nuisance(
    vector: MaybeVector = None,
    by: Annotated[
        Literal["clusters", "group"],
        typer.Option(help="What content is: clusters of alike photos, or the groups."),
    ] = "clusters",
    clusters: Annotated[int, typer.Option(min=2, metavar="N", help="How many clusters.")] = 8,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the vector without content, as NAME.")
    ] = None,
    fold_by: MaybeFoldBy = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Decides the splits and clusters.")
    ] = 0,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Measure how much photo content, as a nuisance, affects a vector's ratings and accuracy."""
    from photorank.evaluation.nuisance import compare_without_content, without_content
    from photorank.learning.protocol import Protocol
    from photorank.vectors.store import add_vector, check_free

    opened = open_index(index)
    found = open_vector(opened, vector, "testing")
    if save is not None:
        check_free(opened, save)
    with progress("Taking content out", "folds") as on_progress:
        outcome = compare_without_content(
            opened,
            found,
            by=by,
            clusters=clusters,
            protocol=Protocol(fold_by=fold_by, seed=seed),
            load=opened.encoder,
            on_progress=on_progress,
        )
    if save is not None:
        rest = without_content(save, opened, found, by=by, clusters=clusters, seed=seed)
        add_vector(opened, rest)
        message(f"the vector without content is {save}")
    if as_json:
        print_json(to_json(outcome))
    else:
        _print(outcome)


def _print(outcome: "Nuisance") -> None:
    line("mean held-out rating of each kind, in standard deviations, with content and without")
    print_table(
        ["kind", "photos", "with", "without"],
        [
            [gap.group, gap.n_photos, interval(gap.before), interval(gap.after)]
            for gap in outcome.gaps
        ],
        right=["photos"],
    )
    pairs = {
        "share of the ratings' variance between kinds": outcome.between,
        "pairs in the right order": outcome.pairwise_accuracy,
        "pairs of one kind in the right order": outcome.within,
    }
    print_table(
        ["", "with", "without"],
        [[what, interval(one.before), interval(one.after)] for what, one in pairs.items()],
    )
    seen = "; the vector has seen these photos" if outcome.in_sample else ""
    out = counted(outcome.directions, "direction")
    line(f"change in accuracy {outcome.change}, {out} taken out{seen}")
