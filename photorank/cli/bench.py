"""Benchmark commands: accuracy of learners, and speed of indexing, search and other tasks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import open_index, open_vector
from photorank.cli.options import (
    AsJson,
    Count,
    Folds,
    IndexName,
    MaybeVector,
    Repeats,
    Seed,
    example,
    names,
)
from photorank.cli.output import line, message, print_json, print_table, progress
from photorank.errors import NothingJudgedError, counted
from photorank.json_values import to_json
from photorank.outside_text import typed_path
from photorank.workspace import Workspace

if TYPE_CHECKING:
    from photorank.encoders.choose_runtime import Runtime

Rounds = Annotated[int, typer.Option(min=1, metavar="N", help="Median of how many runs.")]

app = typer.Typer()


@app.command(
    epilog=example("photorank bench quality --index family --to results --learners all-pairs")
)
def quality(
    to: Annotated[
        Path, typer.Option(parser=typed_path, metavar="DIR", help="Where the results are written.")
    ],
    index: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An index; may be repeated. Default: every judged one."),
    ] = None,
    learners: Annotated[
        str | None, typer.Option(metavar="K,...", help="Learners. Default: all of them.")
    ] = None,
    folds: Folds = 10,
    repeats: Repeats = 3,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Cross-validate vectors and learners, splitting by photo and by group. Writes JSON and CSV."""
    from photorank.evaluation.evaluate import evaluate
    from photorank.evaluation.quality_files import quality_rows, write_quality
    from photorank.export.destination import checked_folder
    from photorank.learning.protocol import FoldBy, Protocol
    from photorank.vectors.learners_by_name import LEARNERS

    rows = []
    for name in index or _judged_indexes():
        opened = open_index(name)
        to = checked_folder(opened, to)
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
                    load=opened.encoder,
                    on_progress=on_progress,
                )
            rows += quality_rows(opened, found)
    written = write_quality(to, rows)
    if as_json:
        print_json([path.absolute() for path in written])
    else:
        line(f"{counted(len(rows), 'result')}, in {counted(len(written), 'file')}")
    message(f"the table of all is {written[-1]}")


@app.command("index", epilog=example("photorank bench index --runtime openvino"))
def bench_index(
    photos: Annotated[
        int, typer.Option(min=32, max=200, metavar="N", help="JPEGs of 12 megapixels, made up.")
    ] = 64,
    runtime: Annotated[
        str, typer.Option(metavar="R", help="auto, torch, openvino or openvino-int8.")
    ] = "auto",
    rounds: Rounds = 3,
    encoder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="Encoder to measure, in place of the comparison with open_clip. May be repeated: "
            "each is compared with the first.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure indexing speed on the CPU: compare it with plain open_clip, or compare encoders."""
    from photorank.bench.indexing_speed import measure_indexing
    from photorank.encoders.choose_runtime import checked_runtime

    chosen = checked_runtime(runtime)
    if encoder:
        _compare_encoders(photos, encoder, chosen, rounds, as_json)
        return
    with progress("Measuring", "") as on_progress:
        speed = measure_indexing(photos, chosen, rounds=rounds, on_progress=on_progress)
    if as_json:
        print_json(speed.to_json())
        return
    line(
        f"{counted(speed.photos, 'photo')} of 12 megapixels, ViT-B/32, "
        f"{counted(speed.cores, 'core')}, {speed.runtime}"
    )
    rows = [
        ("photorank, files to index", speed.ours),
        ("open_clip in a DataLoader", speed.reference),
        ("decoding alone", speed.decode_only),
        ("encoding alone", speed.encode_only),
        ("both, overlapped perfectly", speed.perfect_overlap),
    ]
    print_table(
        ["", "photos/s"], [[what, f"{value:.1f}"] for what, value in rows], right=["photos/s"]
    )
    line(f"{speed.ratio:.2f} times the loop, {100 * speed.of_ceiling:.0f} % of the perfect overlap")
    line(f"least cosine {speed.least_cosine:.4f}, least Spearman {speed.least_spearman:.4f}")


def _compare_encoders(
    photos: int, specs: list[str], runtime: "Runtime", rounds: int, as_json: bool
) -> None:
    """Print the indexing speed of each encoder, and its ratio to the first encoder's speed."""
    from photorank.bench.indexing_speed import compare_encoders

    with progress("Measuring", "") as on_progress:
        found = compare_encoders(photos, specs, runtime, rounds=rounds, on_progress=on_progress)
    if as_json:
        print_json({"encoders": to_json(found)})
        return
    first = found[0]
    line(f"{counted(photos, 'photo')} of 12 megapixels, {counted(first.cores, 'core')}")
    print_table(
        ["encoder", "runtime", "photos/s", "to the first", "lowest", "highest"],
        [
            [
                one.encoder,
                one.runtime,
                f"{one.speed:.1f}",
                *(f"{ratio:.2f}" for ratio in (one.ratio, one.least_ratio, one.greatest_ratio)),
            ]
            for one in found
        ],
        right=["photos/s", "to the first", "lowest", "highest"],
    )


@app.command(epilog=example("photorank bench search -k 100 --index family"))
def search(
    k: Count = 100, rounds: Rounds = 7, index: IndexName = None, as_json: AsJson = False
) -> None:
    """Measure the speed of exact search, compared with NumPy, plain FAISS and memory bandwidth."""
    from photorank.bench.search_speed import measure_search

    speed = measure_search(open_index(index), k=k, rounds=rounds)
    if as_json:
        print_json(speed.to_json())
        return
    line(
        f"the best {speed.k} of {counted(speed.photos, 'photo')} of "
        f"{counted(speed.dimensions, 'dimension')}"
    )
    _print_times(
        {
            "photorank, shards mapped": speed.ours,
            "NumPy, X @ v and argpartition": speed.numpy,
            "FAISS, IndexFlatIP": speed.faiss,
            "reading all embeddings once, as fast as memory is read": speed.limit,
        },
        speed.ours,
    )
    line(f"{100 * speed.same:.1f} % of the photos found are those that FAISS finds")


@app.command("evaluate", epilog=example("photorank bench evaluate --index family"))
def evaluate_speed(
    vector: MaybeVector = None, rounds: Rounds = 5, index: IndexName = None, as_json: AsJson = False
) -> None:
    """Measure how fast a rating vector is evaluated, compared with SciPy's rank correlations."""
    from photorank.bench.evaluation_speed import measure_evaluation

    opened = open_index(index)
    speed = measure_evaluation(opened, open_vector(opened, vector), rounds=rounds)
    if as_json:
        print_json(speed.to_json())
        return
    line(f"{speed.vector} on {counted(speed.photos, 'photo')} with a score")
    _print_times(
        {
            "photorank: accuracy, tau-b and rho with intervals": speed.ours,
            "SciPy: tau-b and rho without": speed.scipy,
            "rating all photos": speed.rating,
        },
        speed.ours,
    )
    line(f"tau-b and rho are within {speed.off:.1e} of SciPy's")


@app.command(epilog=example("photorank bench dashboard --index family"))
def dashboard(
    vector: MaybeVector = None, rounds: Rounds = 5, index: IndexName = None, as_json: AsJson = False
) -> None:
    """Measure the speed of the dashboard's pages, compared with rating and sorting all photos."""
    from photorank.bench.page_speed import measure_dashboard
    from photorank.cli.dashboard_server import dashboard_folder

    opened = open_index(index)
    by = open_vector(opened, vector)
    speed = measure_dashboard(opened, by, dashboard_folder() / "pages.py", rounds=rounds)
    if as_json:
        print_json(speed.to_json())
        return
    line(f"pages over {counted(speed.photos, 'photo')}, without a browser")
    print_table(
        ["page", "first, s", "again, s", "reference / ours"],
        [
            [page.page, f"{page.first:.3f}", f"{page.again:.3f}", f"{speed.plain / page.again:.2f}"]
            for page in speed.pages
        ],
        right=["first, s", "again, s", "reference / ours"],
    )
    line(f"rating and sorting all photos in NumPy, the reference, takes {speed.plain:.3f} s")


def _print_times(seconds: dict[str, float], ours: float) -> None:
    print_table(
        ["", "s", "this / ours"],
        [[what, f"{taken:.4f}", f"{taken / ours:.2f}"] for what, taken in seconds.items()],
        right=["s", "this / ours"],
    )


def _judged_indexes() -> list[str]:
    """Names of the indexes with judgements; raises NothingJudgedError if there are none."""
    from photorank.index.opened import Index

    workspace = Workspace.current()
    known = [Index.open(workspace.index(name)) for name in workspace.index_names()]
    judged = [one.name for one in known if one.is_judged]
    if not judged:
        raise NothingJudgedError
    return judged
