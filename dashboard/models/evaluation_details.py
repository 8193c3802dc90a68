"""View-model of Looking closer: what is behind the leader's one number, a view at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from dashboard.formatting import FROM_PHOTOS, count, family, listing, number, percent, plain
from dashboard.models import evaluation_tables
from dashboard.models.metric_texts import METRICS
from photorank.evaluation.report import Evaluation
from photorank.evaluation.results import (
    Calibration,
    GapAccuracy,
    GroupAccuracy,
    LearningPoint,
    PartialAccuracy,
    Result,
    ScopedDifference,
)
from photorank.metrics.estimates import Estimate
from photorank.typing import Scope

LABELS = {
    "gap": "Close calls",
    "learning": "More photos",
    "belief": "Believing it",
    "groups": "Groups",
    "matrix": "Every difference",
}
GROUPS_AT_EACH_END = 5  # shown where there are many
PAIRS_TO_RANK_A_GROUP = 30  # fewer tell too little to call a group the best or the worst
VECTORS_OF_MATRIX = 10
PEOPLE = {
    "one_rater_accuracy": "one person against all others",
    "split_half_accuracy": "half of the people against the other half",
}


@dataclass(frozen=True)
class Panel:
    """One chart: what it draws, what it says, and all numbers behind it."""

    name: str  # which chart
    title: str  # what a reader who cannot see the chart is told
    reading: str
    rows: pd.DataFrame  # as drawn
    csv: str
    rules: tuple[tuple[str, float], ...] = ()  # levels to compare with: text, value
    as_share: bool = True


def panels(evaluation: Evaluation, scope: Scope, metric: str) -> dict[str, list[Panel]]:
    """Return the views that this evaluation has numbers for, in the order of the selector.

    They show pairwise accuracy, but for the matrix, which follows scope and metric.
    """
    details = evaluation.details
    families = {row.vector: family(row.kind) for row in evaluation.results}
    found = {
        "gap": _close_calls(details.by_gap, families),
        "learning": _learning_curve(details.learning_curve, details.people),
        "belief": _calibration(details.calibration, evaluation.results),
        "groups": _groups(details.by_group, families),
        "matrix": _matrix(evaluation, scope, metric),
    }
    return {name: shown for name, shown in found.items() if shown}


def _close_calls(found: Sequence[GapAccuracy], families: dict[str, str]) -> list[Panel]:
    rows = _table(found)
    if rows.empty:
        return []
    widest = rows["upto"].max()
    ranges = [
        f"> {above:.3g}" if upto == widest else f"≤ {upto:.3g}"
        for above, upto in zip(rows["above"], rows["upto"], strict=True)
    ]
    rows = rows.assign(range=ranges, family=rows["vector"].map(families))
    own = rows[rows["vector"] == (leader := rows["vector"].iloc[0])]
    near, far = own.iloc[0], own.iloc[-1]
    reading = (
        f"When people put two photos close together (labels at most {near.upto:.3g} apart), "
        f"**{plain(leader)}** agrees with them on {_with_interval(near)} of "
        f"{count(near.n_pairs, 'pair')}; when they put them far apart (over {far.above:.3g}), on "
        f"{_with_interval(far)} of {count(far.n_pairs, 'pair')}. The vertical lines are 95 % "
        "intervals; the dashed rule is guessing."
    )
    title = f"Pairs in the right order by how far apart people put the two photos: {leader}"
    return [Panel("gap", title, reading, rows, _csv(found))]


def _learning_curve(found: Sequence[LearningPoint], people: dict[str, Estimate]) -> list[Panel]:
    rows = _table(found)
    if len(rows) < 2:
        return []
    first, before, last = rows.iloc[0], rows.iloc[-2], rows.iloc[-1]
    learner = last["vector"]
    reading = (
        f"**{plain(learner)}** puts {_with_interval(first)} of pairs in order after learning from "
        f"{count(first.n_learned_from, 'photo')} and {_with_interval(last)} after "
        f"{last.n_learned_from:,}, always tested on the same {count(last.n_pairs, 'pair')}; the "
        f"last step, from {before.n_learned_from:,} photos, brought "
        f"{number(100 * (last.value - before.value), '+.1f')} points. "
        "The lines are 95 % intervals."
    )
    levels = {
        text: people[key]
        for key, text in PEOPLE.items()
        if key in people and people[key].is_defined
    }
    if levels:
        texts = [
            f"{text} on {_with_interval(level)} of {count(level.n_pairs, 'pair')}"
            for text, level in levels.items()
        ]
        reading += f" The dashed rules are people among themselves: {listing(texts)}."
    title = f"Pairs in the right order by number of photos learned from: {learner}"
    rules = tuple((text, level.value) for text, level in levels.items())
    people_rows = [{"people": text} | level.to_json() for text, level in levels.items()]
    csv = pd.DataFrame([*(row.to_json() for row in found), *people_rows]).to_csv(index=False)
    return [Panel("learning", title, reading, rows.assign(family=FROM_PHOTOS), csv, rules)]


def _calibration(found: Calibration | None, results: Sequence[Result]) -> list[Panel]:
    if found is None or not found.bins:
        return []
    row = next(row for row in results if row.vector == found.vector)  # over all pairs
    made = family(row.kind)
    name = plain(found.vector)
    pairs = f"{count(found.n_pairs, 'draw')} from {count(row.n_pairs, 'pair')}"
    bins, curve = pd.DataFrame(found.bins), pd.DataFrame(found.risk_coverage)
    off = _figures(found.expected_calibration_error, ".1f", times=100)
    believed = (
        f"When **{name}** says 70 %, it should be right 7 times in 10: marks on the dashed "
        f"diagonal can be believed. Over {pairs} it is {off} points off on average "
        f"(Brier score {_figures(found.brier, '.3f')}; always saying 50 % gets 0.250). "
        "The lines are 95 % intervals, by folds of photos."
    )
    title = f"How often the first photo was better, by the probability that {found.vector} gave"
    csv = bins.to_csv(index=False)
    shown = [Panel("reliability", title, believed, bins.assign(family=made), csv)]
    if not curve.empty:
        half = curve.iloc[(curve["coverage"] - 0.5).abs().argmin()]
        whole = curve["risk"].iloc[-1]
        less = "less" if half.risk < whole else "no less"
        title = f"Share of wrong answers by share of pairs that {found.vector} answers"
        reading = (
            f"Allowed to pass on close calls, **{name}** errs {less}: answering only the "
            f"surest {percent(half.coverage)} of {pairs}, it is wrong in {percent(half.risk)}; "
            f"answering all, in {percent(whole)}. The left end rests on few pairs."
        )
        csv = curve.to_csv(index=False)
        shown.append(Panel("risk", title, reading, curve.assign(family=made), csv))
    return shown


def _groups(found: Sequence[GroupAccuracy], families: dict[str, str]) -> list[Panel]:
    rows = _table(found)
    if len(rows) < 2:
        return []
    shown, which = _best_and_worst(rows.sort_values("value", ascending=False, ignore_index=True))
    shown = shown.assign(
        family=shown["vector"].map(families),
        shown=[
            f"{_with_interval(row)} of {count(int(row.n_pairs), 'pair')}"
            for _, row in shown.iterrows()
        ],
    )
    best, worst = shown.iloc[0], shown.iloc[-1]
    leader = best["vector"]
    if min(best.n_pairs, worst.n_pairs) < PAIRS_TO_RANK_A_GROUP:
        text = (
            f"Comparing only photos of one group, **{plain(leader)}** was tested on too few pairs "
            f"(under {PAIRS_TO_RANK_A_GROUP}) to call a group its best or worst; with folds by "
            "group (`--fold-by group`) all pairs of a group are tested."
        )
    else:
        text = (
            f"Comparing only photos of one group, **{plain(leader)}** does best in "
            f"**{plain(best.group)}**, {best.shown}, and worst in **{plain(worst.group)}**, "
            f"{worst.shown}."
        )
    reading = (
        f"{text} {which} The lines are 95 % intervals of the ratings as they are, without what "
        "learning anew would change; among many groups some stand out by luck."
    )
    title = f"Pairs in the right order inside each group: {leader}"
    return [Panel("groups", title, reading, shown, _csv(found))]


def _best_and_worst(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the best and the worst groups, and which these are in words.

    A group of one pair is all right or all wrong: it would always be at an end.
    """
    each, enough = GROUPS_AT_EACH_END, PAIRS_TO_RANK_A_GROUP
    if len(rows) <= 2 * each:
        return rows, f"All {len(rows)} groups are shown."
    large = rows[rows["n_pairs"] >= enough]
    if len(large) < 2 * each:
        most = rows.nlargest(2 * each, "n_pairs").sort_index()
        return most, f"Of {len(rows)} groups these are the {len(most)} with the most pairs."
    which = f"of the {len(large)} groups with at least {enough} pairs ({len(rows)} in all)"
    ends = pd.concat([large.head(each), large.tail(each)])
    return ends, f"These are the {each} best and the {each} worst {which}."


def _matrix(evaluation: Evaluation, scope: Scope, metric_name: str) -> list[Panel]:
    found = evaluation.compared(scope, metric_name)
    compared = {vector for row in found for vector in (row.a, row.b)}
    ranked = evaluation_tables.board(evaluation, scope, metric_name).rows
    ranked = ranked[ranked["vector"].isin(compared)]
    if len(ranked) < 3:
        return []  # the lead alone says as much
    order = list(ranked["vector"].head(VECTORS_OF_MATRIX))
    metric = METRICS[metric_name]
    rows = _cells(found, order, metric.as_share)
    amount = "How many points" if metric.as_share else f"By how much {metric.axis}"
    best = ""
    if len(ranked) > len(order):
        best = f" (the best {len(order)} of {len(ranked)} vectors)"
    reading = (
        f"{amount} the vector of a row is ahead of the vector of a column, on the same "
        f"{count(int(ranked['n_pairs'].min()), 'pair')}{best}. Filled and bold cells are "
        f"clear, {int(rows['clear'].sum())} of {len(rows)}; a hollow one could be luck once all "
        "comparisons are allowed for (Holm, p ≥ 0.05)."
    )
    title = f"Paired differences in {metric.axis} between {len(order)} vectors"
    csv = pd.DataFrame([row.to_json() for row in found]).to_csv(index=False)
    return [Panel("matrix", title, reading, rows, csv, as_share=metric.as_share)]


def _cells(found: Sequence[ScopedDifference], order: Sequence[str], as_share: bool) -> pd.DataFrame:
    """Return one row a pair of vectors: the one that ranks higher minus the other."""
    rank = {vector: place for place, vector in enumerate(order)}
    rows = []
    for row in found:
        if not {row.a, row.b} <= set(rank):
            continue
        better = min(row.a, row.b, key=rank.__getitem__)
        lead = row.lead_of(better)
        rows.append(
            {
                "vector": better,
                "other": row.other(better),
                "value": lead.value,
                "low": lead.low,
                "high": lead.high,
                "p": row.p_holm,
                "clear": row.p_holm < evaluation_tables.CLEAR,
                "shown": number(100 * lead.value, ".1f") if as_share else number(lead.value, ".2f"),
            }
        )
    return pd.DataFrame(rows).sort_values(
        ["vector", "other"], key=lambda names: names.map(rank), ignore_index=True
    )


def _table(found: Sequence[PartialAccuracy]) -> pd.DataFrame:
    """Return the rows that have a value; where an interval is not defined, it is all there is."""
    table = pd.DataFrame([row.to_json() for row in found if row.accuracy.is_defined])
    if table.empty:
        return table
    return table.astype({"low": float, "high": float}).fillna({"low": 0.0, "high": 1.0})


def _with_interval(row: Any) -> str:
    """Return an accuracy with its interval, from an estimate or from a row of a table."""
    return f"{percent(row.value)} ({percent(row.low)} to {percent(row.high)})"


def _figures(estimate: Estimate, digits: str, *, times: int = 1) -> str:
    """Return a number with its interval, in figures; too few folds tell no interval."""
    value, low, high = (times * one for one in (estimate.value, estimate.low, estimate.high))
    span = "" if isnan(low) or isnan(high) else f" [{low:{digits}}, {high:{digits}}]"
    return f"{value:{digits}}{span}"


def _csv(found: Sequence[PartialAccuracy]) -> str:
    return pd.DataFrame([row.to_json() for row in found]).to_csv(index=False)
