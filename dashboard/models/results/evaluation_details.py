"""View-model of the section “Looking closer”: details of an evaluation, one panel per chart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import TypeVar

import pandas as pd

from dashboard.formatting import FROM_PHOTOS, family, listing, number, percent, plain, with_interval
from dashboard.models.results import evaluation_tables
from dashboard.models.results.metric_texts import METRICS
from photorank.errors import counted
from photorank.evaluation.result_types import (
    AccuracyByGap,
    AccuracyByGroup,
    AccuracyByPhotos,
    Calibration,
    Result,
    ScopedDifference,
)
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.json_values import to_json
from photorank.metrics.estimates import Estimate, Limits
from photorank.outside_text import printable
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

Partial = TypeVar("Partial", bound=Estimate)


@dataclass(frozen=True)
class Panel:
    """One chart of an evaluation's details: data, title, explanation and CSV."""

    name: str  # which chart
    title: str  # what a reader who cannot see the chart is told
    reading: str
    rows: pd.DataFrame  # as drawn
    csv: str
    rules: tuple[tuple[str, float], ...] = ()  # levels to compare with: text, value
    as_share: bool = True


def panels(evaluation: Evaluation, scope: Scope, metric: str) -> dict[str, list[Panel]]:
    """Dictionary from each kind of evaluation detail to a list of charts (data and texts).

    They show pairwise accuracy, but for the matrix, which follows scope and metric.
    """
    details = evaluation.details
    families = {row.vector: family(row.kind) for row in evaluation.results}
    found = {
        "gap": _close_calls(details.by_gap, families),
        "learning": _learning_curve(details.learning_curve, details.people or {}),
        "belief": _calibration(details.calibration, evaluation.results),
        "groups": _groups(details.by_group, families),
        "matrix": _matrix(evaluation, scope, metric),
    }
    return {name: shown for name, shown in found.items() if shown}


def _close_calls(found: Sequence[AccuracyByGap], families: dict[str, str]) -> list[Panel]:
    rows = _defined(found)
    if not rows:
        return []
    widest = max(row.upto for row in rows)
    ranges = [f"> {row.above:.3g}" if row.upto == widest else f"≤ {row.upto:.3g}" for row in rows]
    leader = rows[0].vector
    own = [row for row in rows if row.vector == leader]
    near, far = own[0], own[-1]
    reading = (
        f"When people put two photos close together (labels at most {near.upto:.3g} apart), "
        f"**{plain(leader)}** agrees with them on {_of_pairs(near)}; when they put them far apart "
        f"(over {far.above:.3g}), on {_of_pairs(far)}. The vertical lines are 95 % intervals; the "
        "dashed rule is guessing."
    )
    title = f"Pairs in the right order by how far apart people put the two photos: {leader}"
    shown = _table(rows).assign(range=ranges, family=[families.get(row.vector, "") for row in rows])
    return [Panel("gap", title, reading, shown, _csv(found))]


def _learning_curve(found: Sequence[AccuracyByPhotos], people: dict[str, Estimate]) -> list[Panel]:
    rows = _defined(found)
    if len(rows) < 2:
        return []
    first, before, last = rows[0], rows[-2], rows[-1]
    gain = number(100 * (last.value - before.value), "+.1f")
    reading = (
        f"**{plain(last.vector)}** puts {with_interval(first)} of pairs in order after "
        f"learning from {counted(first.n_learned_from, 'photo')} and "
        f"{with_interval(last)} after {last.n_learned_from:,}, always tested on the same "
        f"{counted(last.n_pairs, 'pair')}; the last step, from {before.n_learned_from:,} "
        f"photos, brought {gain} points. The lines are 95 % intervals."
    )
    levels = {
        text: people[key]
        for key, text in PEOPLE.items()
        if key in people and people[key].limits.is_defined
    }
    if levels:
        texts = [
            f"{text} on {with_interval(level)} of {counted(level.n_pairs, 'pair')}"
            for text, level in levels.items()
        ]
        reading += f" The dashed rules are people among themselves: {listing(texts)}."
    title = f"Pairs in the right order by number of photos learned from: {last.vector}"
    rules = tuple((text, level.value) for text, level in levels.items())
    people_rows = [{"people": text} | to_json(level) for text, level in levels.items()]
    csv = pd.DataFrame([*to_json(found), *people_rows]).to_csv(index=False)
    shown = _table(rows).assign(family=FROM_PHOTOS)
    return [Panel("learning", title, reading, shown, csv, rules)]


def _calibration(found: Calibration | None, results: Sequence[Result]) -> list[Panel]:
    if found is None or not found.bins:
        return []
    row = next(row for row in results if row.vector == found.vector)  # over all pairs
    made = family(row.kind)
    name = plain(found.vector)
    pairs = f"{counted(found.n_pairs, 'draw')} from {counted(row.n_pairs, 'pair')}"
    bins, curve = pd.DataFrame(to_json(found.bins)), pd.DataFrame(to_json(found.risk_coverage))
    off = _number_text(found.calibration_error, ".1f", times=100)
    believed = (
        f"When **{name}** says 70 %, it should be right 7 times in 10: marks on the dashed "
        f"diagonal can be believed. Over {pairs} it is {off} points off on average "
        f"(Brier score {_number_text(found.brier_limits, '.3f')}; always saying 50 % gets 0.250). "
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


def _groups(found: Sequence[AccuracyByGroup], families: dict[str, str]) -> list[Panel]:
    rows = sorted(_defined(found), key=lambda row: -row.value)
    if len(rows) < 2:
        return []
    rows, which = _best_and_worst(rows)
    best, worst = rows[0], rows[-1]
    leader = plain(best.vector)
    if min(best.n_pairs, worst.n_pairs) < PAIRS_TO_RANK_A_GROUP:
        text = (
            f"Comparing only photos of one group, **{leader}** was tested on too few pairs "
            f"(under {PAIRS_TO_RANK_A_GROUP}) to call a group its best or worst; with folds by "
            "group (`--fold-by group`) all pairs of a group are tested."
        )
    else:
        text = (
            f"Comparing only photos of one group, **{leader}** does best in "
            f"**{plain(best.group)}**, {_of_pairs(best)}, and worst in **{plain(worst.group)}**, "
            f"{_of_pairs(worst)}."
        )
    reading = (
        f"{text} {which} The lines are 95 % intervals of the ratings as they are, without what "
        "learning anew would change; among many groups some stand out by luck."
    )
    title = f"Pairs in the right order inside each group: {best.vector}"
    shown = _table(rows).assign(
        group=[printable(row.group) for row in rows],
        family=[families.get(row.vector, "") for row in rows],
        shown=[_of_pairs(row) for row in rows],
    )
    return [Panel("groups", title, reading, shown, _csv(found))]


def _best_and_worst(rows: list[AccuracyByGroup]) -> tuple[list[AccuracyByGroup], str]:
    """Accuracies in the best and worst photo groups, and a sentence on which groups are shown.

    A group of one pair is all right or all wrong: it would always be at an end.
    """
    each, enough = GROUPS_AT_EACH_END, PAIRS_TO_RANK_A_GROUP
    if len(rows) <= 2 * each:
        return rows, f"Groups shown: all {len(rows)}."
    large = [row for row in rows if row.n_pairs >= enough]
    if len(large) < 2 * each:
        most = sorted(rows, key=lambda row: -row.n_pairs)[: 2 * each]
        shown = [row for row in rows if row in most]
        return shown, f"Of {len(rows)} groups these are the {len(shown)} with the most pairs."
    which = f"of the {len(large)} groups with at least {enough} pairs ({len(rows)} in all)"
    ends = large[:each] + large[-each:]
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
    rows = _differences(found, order, metric.as_share)
    amount = "How many points" if metric.as_share else f"By how much {metric.axis}"
    best = ""
    if len(ranked) > len(order):
        best = f" (the best {len(order)} of {len(ranked)} vectors)"
    reading = (
        f"{amount} the vector of a row is ahead of the vector of a column, on the same "
        f"{counted(int(ranked['n_pairs'].min()), 'pair')}{best}. Filled and bold cells are "
        f"clear, {int(rows['clear'].sum())} of {len(rows)}; a hollow one could be luck once all "
        "comparisons are allowed for (Holm, p ≥ 0.05)."
    )
    title = f"Paired differences in {metric.axis} between {len(order)} vectors"
    csv = pd.DataFrame(to_json(found)).to_csv(index=False)
    return [Panel("matrix", title, reading, rows, csv, as_share=metric.as_share)]


def _differences(
    found: Sequence[ScopedDifference], order: Sequence[str], as_share: bool
) -> pd.DataFrame:
    """Table of differences in a metric between rating vectors, higher-ranked minus lower-ranked."""
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


def _defined(found: Sequence[Partial]) -> list[Partial]:
    """Results whose value is not nan; confidence limits are set to 0 and 1 if either is nan."""
    return [
        replace(row, low=0.0, high=1.0) if isnan(row.low) or isnan(row.high) else row
        for row in found
        if row.limits.is_defined
    ]


def _table(rows: Sequence[Estimate]) -> pd.DataFrame:
    return pd.DataFrame(to_json(rows))


def _csv(found: Sequence[Estimate]) -> str:
    return _table(found).to_csv(index=False)


def _of_pairs(row: Estimate) -> str:
    return f"{with_interval(row)} of {counted(row.n_pairs, 'pair')}"


def _number_text(estimate: Limits, digits: str, *, times: int = 1) -> str:
    """Estimate as text, followed by its confidence interval in brackets if there is one."""
    value, low, high = (times * one for one in (estimate.value, estimate.low, estimate.high))
    span = "" if isnan(low) or isnan(high) else f" [{low:{digits}}, {high:{digits}}]"
    return f"{value:{digits}}{span}"
