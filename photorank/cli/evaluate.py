"""The command that measures the accuracy of rating vectors and learners on held-out judgements."""

from typing import TYPE_CHECKING, Annotated

import typer

from photorank.cli.open_index_and_vector import open_index, tell_mistaken
from photorank.cli.options import (
    AsJson,
    ByRaters,
    Folds,
    IndexName,
    MaybeFoldBy,
    ProgressFile,
    Repeats,
    Seed,
    Within,
    example,
    names,
)
from photorank.cli.output import interval, line, message, print_json, print_table, progress
from photorank.errors import counted
from photorank.json_values import to_json

if TYPE_CHECKING:
    from photorank.evaluation.result_types import Result
    from photorank.evaluation.saved_evaluation import Evaluation
    from photorank.index.opened import Index
    from photorank.learning.protocol import Protocol
    from photorank.metrics.estimates import Difference, Limits
    from photorank.progress_file import Reporter

app = typer.Typer()

Vectors = Annotated[str | None, typer.Option(metavar="A,B", help="Stored vectors. Default: all.")]
Learners = Annotated[
    str | None,
    typer.Option(
        metavar="K,...",
        help="Learners, fitted anew in every fold. Default: "
        "mean-difference,pair-least-squares,all-pairs.",
    ),
]
GapPower = Annotated[
    int,
    typer.Option(
        min=0,
        max=2,
        metavar="P",
        help="Power of the label gaps that weigh pairs in the gap-weighted accuracy; 0: none.",
    ),
]


@app.command(
    epilog=example("photorank evaluate --index family --learners all-pairs --fold-by group")
)
def evaluate(
    vectors: Vectors = None,
    learners: Learners = None,
    fold_by: MaybeFoldBy = None,
    gap_power: GapPower = 1,
    folds: Folds = 10,
    repeats: Repeats = 3,
    within: Within = None,
    weigh_by_raters: ByRaters = False,
    seed: Seed = 0,
    index: IndexName = None,
    progress_file: ProgressFile = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate rating vectors and learners on held-out judgements; save the result in the index."""
    from photorank.evaluation.saved_evaluation import save_evaluation
    from photorank.learning.protocol import Protocol, fewer_folds
    from photorank.progress_file import reporting

    protocol = Protocol(
        fold_by=fold_by,
        folds=folds,
        repeats=repeats,
        seed=seed,
        within=within,
        gap_power=gap_power,
        by_raters=weigh_by_raters,
    )
    opened = open_index(index)
    with reporting(progress_file, "evaluate", opened.name) as report:
        evaluation = _evaluate(opened, vectors, learners, protocol, report)
        path = save_evaluation(opened.paths, evaluation)
    if as_json:
        print_json(to_json(evaluation))
    else:
        _print_results(evaluation)
        for text in (*_held_together(evaluation, fold_by), headline(evaluation)):
            line(text)
    for text in fewer_folds(protocol, evaluation.protocol):
        message(text)
    if evaluation.copies is not None:
        tell_mistaken(opened.name, evaluation.copies.mistaken, evaluation.n_photos)
    message(f"saved as {path}")


def _evaluate(
    index: "Index",
    vectors: str | None,
    learners: str | None,
    protocol: "Protocol",
    report: "Reporter | None",
) -> "Evaluation":
    """Evaluate vectors and learners, showing progress on screen and writing it to a file."""
    from photorank.evaluation.evaluate import DEFAULT_LEARNERS, evaluate

    with progress("Evaluating", "fits") as bar:

        def on_progress(done: int, total: int) -> None:
            bar(done, total)
            if report is not None:
                report.step("Measuring accuracy", done, total)

        return evaluate(
            index,
            vectors=None if vectors is None else names(vectors),
            learners=DEFAULT_LEARNERS if learners is None else names(learners),
            protocol=protocol,
            load=index.encoder,
            on_progress=on_progress,
        )


def headline(evaluation: "Evaluation") -> str:
    """Sentence comparing the held-out accuracies of the best vector and of a simple text prompt."""
    from photorank.evaluation.contenders import PLAIN_PROMPT_NAME as WORDS

    rows = [row for row in evaluation.competing() if row.kind != "random"]
    if not rows or not rows[0].accuracy.is_bounded:
        return f"Too few pairs to tell ({max((row.n_pairs for row in rows), default=0)})."
    best = rows[0]
    text = (
        f"Of {len(rows)} that had not seen the photos, {best.vector} is best: it puts the "
        f"better of two photos first in {_percent(best.accuracy)} "
        f"(chance is 50 %; n = {counted(best.n_photos, 'photo')}, {counted(best.n_pairs, 'pair')})."
    )
    words = next((row for row in rows if row.vector == WORDS), best)
    if words is best:
        return text
    text += f" Words alone do in {_percent(words.accuracy)}"
    for row in evaluation.compared("all", "pairwise_accuracy"):
        if {row.a, row.b} == {best.vector, WORDS}:
            return text + _gap(row.lead_of(best.vector), row.p_holm)
    return text + "."


def _held_together(evaluation: "Evaluation", asked: str | None) -> list[str]:
    """Sentences about photos that were always held out together, such as near-duplicates."""
    said, by = [], evaluation.protocol.fold_by
    if asked is None and by != "photo":
        said.append(
            f"Photos of one {by} were held out together, for they tell of each other; rows “photo” "
            f"are by single photos. One of them alone: `--fold-by {by}` or `--fold-by photo`."
        )
    if (copies := evaluation.copies) is not None and copies.pictures:
        said.append(
            f"{counted(copies.photos, 'photo')} are near-duplicates or altered copies and were "
            f"held out together: {counted(copies.pictures, 'picture')}, at most "
            f"{counted(copies.largest, 'photo')} of one."
        )
    return said


def _gap(lead: "Difference", p: float) -> str:
    chance = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return (
        f"; the difference is {100 * lead.value:.1f} points [{100 * lead.low:.1f}, "
        f"{100 * lead.high:.1f}] ({chance}, adjusted for the number of comparisons)."
    )


def _percent(estimate: "Limits") -> str:
    value, low, high = (100 * one for one in (estimate.value, estimate.low, estimate.high))
    return f"{value:.1f} % [{low:.1f}, {high:.1f}]"


def _print_results(evaluation: "Evaluation") -> None:
    from photorank.metrics.ranking import GAP_WEIGHTED

    weighted = any(GAP_WEIGHTED in row.metrics for row in evaluation.results)
    shown = ["pairwise_accuracy", *([GAP_WEIGHTED] if weighted else []), "kendall_tau_b"]
    titles = {
        "pairwise_accuracy": "pairwise accuracy",
        GAP_WEIGHTED: "weighted by gap",
        "kendall_tau_b": "Kendall's tau-b",
    }
    print_table(
        [
            *("vector", "scope", "held out by"),
            *(titles[name] for name in shown),
            *("photos", "pairs", "note"),
        ],
        [
            [
                *(row.vector, row.scope, row.fold_by),
                *(interval(row.metrics[name]) for name in shown),
                *(row.n_photos, row.n_pairs, _note(row)),
            ]
            for row in evaluation.results
        ],
        right=["photos", "pairs"],
    )


def _note(row: "Result") -> str:
    if row.in_sample:
        return "has seen these photos"
    if row.unknown:
        return "unknown which photos it learned from"
    if row.refitted:
        return "learned anew in every fold"
    if row.kind == "random":
        return row.interval
    return "baseline" if row.baseline else ""
