"""Commands that compare framings (how photos are fitted to the encoder's input size)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import open_index
from photorank.cli.options import (
    AsJson,
    Folds,
    IndexName,
    MaybeFoldBy,
    Repeats,
    Seed,
    example,
    names,
)
from photorank.cli.output import interval, line, print_json, print_table, progress
from photorank.errors import counted
from photorank.json_values import to_json

if TYPE_CHECKING:
    from photorank.encoders.base import Encoder
    from photorank.index.opened import Index

Framings = Annotated[
    str | None, typer.Option(metavar="F,...", help="Framings. Default: all that the encoder takes.")
]
LearnerName = Annotated[str, typer.Option(metavar="KIND", help="What learns from the judgements.")]

app = typer.Typer()


@app.command(epilog=example("photorank bench framing --index family"))
def framing(
    framings: Framings = None,
    learner: LearnerName = "all-pairs",
    fold_by: MaybeFoldBy = None,
    folds: Folds = 10,
    repeats: Repeats = 3,
    seed: Seed = 0,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Compare framings (crop, padding, …) by held-out accuracy on photos that people judged."""
    from photorank.bench.compare_framings import measure_framings
    from photorank.learning.protocol import Protocol

    opened = open_index(index)
    with progress("Embedding", "photos") as on_progress:
        table = measure_framings(
            opened,
            _encoder_loader(opened),
            framings=_framings_to_measure(opened, framings),
            protocol=Protocol(fold_by=fold_by, folds=folds, repeats=repeats, seed=seed),
            learner=learner,
            on_progress=on_progress,
        )
    if as_json:
        print_json(table.to_json())
        return
    line(f"pairs in the right order, {table.learner} learned out of fold, {table.encoder}")
    accuracy, made = table.rows[0].accuracy, table.protocol
    line(
        f"{counted(accuracy.n_photos, 'photo')}, {counted(accuracy.n_pairs, 'pair')} a repeat; "
        f"{made.folds} folds, {counted(made.repeats, 'time')}"
    )
    columns = ["framing", "accuracy", f"ahead of {table.base}", "p (Holm)", "s"]
    rows = [
        [
            row.framing,
            interval(row.accuracy),
            interval(row.ahead),
            "" if row.p_holm is None else f"{row.p_holm:.2g}",
            f"{row.seconds:.0f}",
        ]
        for row in table.rows
    ]
    print_table(columns, rows, right=["p (Holm)", "s"])


@app.command(epilog=example("photorank bench stability --index family"))
def stability(
    framings: Framings = None,
    photos: Annotated[
        int, typer.Option(min=10, metavar="N", help="How many are rated in seven forms.")
    ] = 100,
    learner: LearnerName = "all-pairs",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Draws the photos.")] = 0,
    index: IndexName = None,
    as_json: AsJson = False,
) -> None:
    """Measure how much ratings depend on a photo's size, crop and compression."""
    from photorank.bench.compare_stability import measure_stability

    opened = open_index(index)
    with progress("Embedding", "photos") as on_progress:
        found = measure_stability(
            opened,
            _encoder_loader(opened),
            framings=_framings_to_measure(opened, framings),
            photos=photos,
            learner=learner,
            seed=seed,
            on_progress=on_progress,
        )
    if as_json:
        print_json(to_json(found))
        return
    line("spread of a rating over its forms, in standard deviations of the photos' ratings;")
    line("flips: how often two photos change places when either comes in another form")
    rated = found[0].spread.n_photos
    fewer = "" if rated == photos else f" instead of {photos}"
    line(f"rated: {counted(rated, 'judged photo')}{fewer}; the vector was learned from others")
    rows = []
    for row in found:
        estimates = (row.spread, *row.by_change.values(), row.flips, row.unsteady)
        rows.append([row.framing, *map(interval, estimates)])
    print_table(["framing", "spread", *found[0].by_change, "flips", "unsteady pairs"], rows)


def _encoder_loader(index: "Index") -> "Callable[[str], Encoder]":
    """Function that loads the index's encoder with a named framing (crop, padding, …)."""
    from photorank.encoders import load_encoder

    return lambda framing: load_encoder(index.manifest.encoder, framing=framing)


def _framings_to_measure(index: "Index", framings: str | None) -> "Sequence[str]":
    """Framings (crop, padding, …) to measure: the named ones, or all that the encoder supports."""
    from photorank.encoders import load_encoder
    from photorank.errors import EncoderError
    from photorank.photos.framing import FRAMINGS

    if framings is not None:
        if not (named := names(framings)):
            raise typer.BadParameter(f"{framings!r} names none", param_hint="'--framings'")
        return named
    usable = []
    for framing in FRAMINGS:
        with suppress(EncoderError):
            load_encoder(index.manifest.encoder, framing=framing)
            usable.append(framing)
    return usable
