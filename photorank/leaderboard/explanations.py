"""Explanations of a leaderboard: what its words mean, and how its numbers were made."""

from photorank.errors import counted
from photorank.leaderboard.report import Leaderboard, PanelReport

INTRODUCTION = (
    "photorank rates photos: an encoder (a network) turns each photo into a list of numbers, its "
    "embedding, and a vector, a direction among these numbers, rates the photo by how far it lies "
    "that way. Here encoders and vectors are compared on photos that people judged: which put the "
    "better of two photos first?"
)
HOW_TO_READ = (
    (
        "Index",
        "the photos with their embeddings by one encoder and framing. “all-pairs @ two” is the "
        "learner all-pairs on the index two.",
    ),
    (
        "Encoder",
        "embedded is the network that comes with photorank (EfficientNet-Lite2; embedded:1 is its "
        "earlier version), open_clip:MODEL/WEIGHTS a network of OpenCLIP.",
    ),
    (
        "Framing",
        "how a photo is fitted to what the encoder sees: crop is the square in its middle, whole "
        "the photo in its own shape, pad and squash the photo made square, tiles and views the "
        "mean of several parts.",
    ),
    (
        "Vector",
        "a direction that is stored in an index: built in, made of words (plain-prompt is the "
        "baseline: one plain sentence, nothing learned), or learned from judgements. “How this was "
        "made” says what each is from.",
    ),
    (
        "Learner",
        "a method that finds a vector from judgements, here anew for every test fold from the "
        "photos of the others. mean-difference: the mean embedding of better photos less that of "
        "worse ones. all-pairs: penalised least squares over all pairs of the photos learned from.",
    ),
    (
        "random-direction",
        "the mean of 200 vectors drawn by lot. Its brackets are no interval of that mean, but the "
        "range of the middle 95 % of the 200: how far a vector that knows nothing may come.",
    ),
    (
        "Pairwise accuracy",
        "the share of pairs of photos that are put in people's order; 0.5 is chance. A pair counts "
        "if both photos are in one test fold and people judged them differently. All rows of a "
        "table have the same pairs.",
    ),
    (
        "Spearman's ρ",
        "the correlation of the ranks that ratings and people's scores give to the photos of each "
        "test fold, pooled over folds; 0 is chance, 1 the same order.",
    ),
    (
        "Brackets",
        "95 % intervals. Of what is learned anew they come from the spread over test folds, and "
        "include the luck of fitting (corrected resampled t, Nadeau & Bengio 2003); of a vector as "
        "stored from leaving out one photo, or what is kept together, at a time (jackknife).",
    ),
    (
        "Behind the best",
        "how much lower the accuracy is than the best row's on the same pairs; surer than two "
        "brackets side by side. Its brackets and “p alone” are of this one difference: over test "
        "folds if either row is learned anew, else by the jackknife.",
    ),
    (
        "p corrected",
        "p is the chance of so large a difference if there were none. The more are looked at, the "
        "more are large by luck, so p is raised for the number of comparisons of two rows of the "
        "table (Holm's method); brackets are not. So they may exclude 0 where p is not small.",
    ),
    (
        "Has seen these photos",
        "the vector was made with the photos that it is tested on and cannot be learned anew, so "
        "its value tells nothing of new photos (words of embedded often use built-in vectors, and "
        "have seen what these have). Such rows, and those of which nobody knows what they learned "
        "from, have a table of their own, are hollow in the chart, and are never called best.",
    ),
)


def how_made(board: Leaderboard, panel: PanelReport) -> list[tuple[str, str]]:
    """Headings and texts on how a leaderboard was made: data, folds, photo pairs, costs."""
    said = [("Labels", panel.labels)] if panel.labels else []
    said += [(f"Vector {name}", f"{told}.") for name, told in panel.vectors.items()]
    said.append(("Folds", _folds(panel)))
    if panel.rows:
        n, pairs = panel.n_photos, panel.rows[0].result.n_pairs
        mean = "on average " if panel.protocol.repeats > 1 else ""
        said.append(
            (
                "Pairs",
                f"of {n * (n - 1) // 2:,} pairs that {n:,} photos make, {mean}{pairs:,} are in one "
                "test fold and were judged differently.",
            )
        )
    said.append(
        (
            "Comparisons",
            f"{len(panel.compared()):,}: every two rows but random directions and those that have "
            "seen the photos.",
        )
    )
    if missing := _missing(panel):
        said.append(("No row", f"where an index has no such vector. {missing}."))
    if cost := next((row.cost for row in panel.rows if row.cost and row.cost.n_photos), None):
        said.append(
            (
                "Costs",
                f"one process on {board.machine}; {counted(cost.n_photos, 'photo')} of each index, "
                "after a first to warm up. To open is to decode and frame (median), to embed is "
                "the network in one batch (mean a photo).",
            )
        )
    return said


def made(board: Leaderboard) -> str:
    """Sentences that say when a leaderboard was made, by which software and on what machine."""
    by = f"photorank {board.version}" + (board.software and f" ({board.software})")
    again = " This command makes it again; add --to FILE for a report." if board.command else ""
    return f"Made {board.created} by {by} on {board.machine}.{again}"


def _folds(panel: PanelReport) -> str:
    protocol = panel.protocol
    if protocol.folds < 2:
        return "the dataset's own split: learned from its training part, tested on its test part."
    times = "once" if protocol.repeats == 1 else f"{protocol.repeats} times anew"
    said = f"the photos are dealt into {protocol.folds} test folds, {times} (seed {protocol.seed})"
    if protocol.fold_by != "photo":
        said += f"; a {protocol.fold_by} is never split"
    if panel.n_copies:
        said += f"; {counted(panel.n_copies, 'photo')} with copies, each in the fold of its copies"
    return f"{said}."


def _missing(panel: PanelReport) -> str:
    """Text that names the rating directions that an index lacks and another index has."""
    held = {
        name: {row.contender for row in panel.rows if row.index == name} for name in panel.indexes
    }
    every = dict.fromkeys(row.contender for row in panel.rows)
    lacks = {name: [one for one in every if one not in own] for name, own in held.items()}
    return "; ".join(f"{name} lacks {', '.join(those)}" for name, those in lacks.items() if those)
