"""Description of how an evaluation was made, and the command that repeats it."""

from dashboard.models.results.evaluation_tables import SAMPLE
from photorank.errors import counted
from photorank.evaluation.saved_evaluation import Evaluation

KEPT_TOGETHER = {
    "photo": "near-duplicates and altered copies always in the same part",
    "group": "all photos of a group always in the same part",
    "series": "all photos of a series always in the same part",
}


def protocol_text(evaluation: Evaluation) -> str:
    """Markdown text on an evaluation's protocol (folds, repeats, intervals) and its encoder."""
    made_by = (
        f"Encoder `{evaluation.encoder}`, framing `{evaluation.framing}`, "
        f"{evaluation.created[:10]}."
    )
    return "\n\n".join([*_split_paragraphs(evaluation), made_by])


def in_plain_words(evaluation: Evaluation) -> str:
    """Text on how an evaluation was made, without statistical terms."""
    photos, order = f"{counted(evaluation.n_photos, 'photo')} that people judged", "people’s order"
    if evaluation.index == SAMPLE:
        photos, order = f"The sample’s {counted(evaluation.n_photos, 'photo')}", "the known order"
    return (
        f"{photos} were split into parts. Each part was ordered by what had been learned from the "
        "other parts alone, with photos that are nearly the same always in one part. Then it was "
        f"counted how many pairs of photos stand in {order}.\n\n"
        "The numbers in brackets, and the bars, say how sure this is: in 19 of 20 such tests the "
        "true number lies between them."
    )


def _split_paragraphs(evaluation: Evaluation) -> list[str]:
    """Paragraphs on how photos were split into folds, and how confidence intervals were made."""
    made = evaluation.protocol
    photos = counted(evaluation.n_photos, "judged photo")
    if made.fold_by == "split":
        return [
            f"{photos} were split as their dataset's authors split them: vectors were learned "
            "once, from the training part less what nearly repeats a test photo, and pairs were "
            "counted among the test photos.",
            "Intervals are 95 %, from leaving out one photo at a time: the jackknife. They do not "
            "include what another training part would change.",
        ]
    kept = KEPT_TOGETHER[made.fold_by or "photo"]
    times = "once" if made.repeats == 1 else f"{made.repeats} times"
    taught = f" Learning used only pairs within one {made.within}." if made.within else ""
    return [
        f"{photos} were split into {made.folds} parts, {times}, "
        f"{kept}. Each part was rated by vectors learned from the other parts only, and pairs were "
        f"counted within a part.{taught}",
        "Intervals are 95 %. For a vector that stays as it is, they come from leaving out one "
        "photo (or group) at a time: the jackknife. For one that is learned, they come from the "
        "spread over the parts, corrected for parts sharing their training photos (Nadeau & "
        "Bengio 2003), so they include the uncertainty of learning.",
    ]


def options(evaluation: Evaluation) -> list[str]:
    """Command-line options that repeat an evaluation, except the option for the index."""
    made = evaluation.requested_protocol
    asked = ["--fold-by", made.fold_by] if made.fold_by else []
    asked += ["--folds", str(made.folds), "--repeats", str(made.repeats), "--seed", str(made.seed)]
    asked += ["--within", made.within] if made.within else []
    asked += ["--gap-power", str(made.gap_power)] if made.gap_power != 1 else []
    return asked + (["--weigh-by-raters"] if made.by_raters else [])


def command(evaluation: Evaluation) -> str:
    """Terminal command that repeats an evaluation."""
    return " ".join(["photorank evaluate --index", evaluation.index, *options(evaluation)])
