"""View-model of Looking closer: what stands behind the leader's one number, a look at a time."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.formatting import FROM_PHOTOS, count, family, listing, plain, share
from dashboard.models import evaluation_tables
from dashboard.models.metric_texts import METRICS
from photorank.typing import Json

LABELS = {
    "gap": "Close calls",
    "learning": "More photos",
    "belief": "Believing it",
    "groups": "Groups",
    "matrix": "Every difference",
}
ENDS = 5  # groups shown at either end where there are many
ENOUGH = 30  # pairs, for a group to be called best or worst of many
FIELD = 10  # vectors that a matrix has room for
PEOPLE = {
    "one_rater_accuracy": "one person against all others",
    "split_half_accuracy": "half of the people against the other half",
}


@dataclass(frozen=True)
class Panel:
    """One chart's worth: what it draws, what it says, and all numbers behind it."""

    name: str  # which chart
    title: str  # what a reader who cannot see the chart is told
    reading: str
    rows: pd.DataFrame  # as drawn
    csv: str
    rules: tuple[tuple[str, float], ...] = ()  # levels to compare with: text, value
    as_share: bool = True


def looks(evaluation: Json, scope: str, metric: str) -> dict[str, list[Panel]]:
    """Return the looks that this evaluation has numbers for, in the order of the selector.

    Accuracy stands behind all of them but the matrix, which follows scope and metric.
    """
    details = evaluation.get("details") or {}  # older evaluations have none
    made = {row["vector"]: family(row["kind"]) for row in evaluation["results"]}
    found = {
        "gap": _close_calls(details.get("by_gap") or [], made),
        "learning": _learning(details.get("learning_curve") or [], details.get("people") or {}),
        "belief": _belief(details.get("calibration") or {}, evaluation["results"]),
        "groups": _groups(details.get("by_group") or [], made),
        "matrix": _matrix(evaluation, scope, metric),
    }
    return {name: panels for name, panels in found.items() if panels}


def _close_calls(found: Sequence[Json], made: dict[str, str]) -> list[Panel]:
    known = _known(found)
    if known.empty:
        return []
    widest = known["upto"].max()
    ranges = [
        f"> {above:.3g}" if upto == widest else f"≤ {upto:.3g}"
        for above, upto in zip(known["above"], known["upto"], strict=True)
    ]
    rows = known.assign(range=ranges, family=known["vector"].map(made))
    own = rows[rows["vector"] == (leader := rows["vector"].iloc[0])]
    near, far = own.iloc[0], own.iloc[-1]
    reading = (
        f"When people put two photos close together (labels at most {near.upto:.3g} apart), "
        f"**{plain(leader)}** agrees with them on {_said(near)} of {count(near.n_pairs, 'pair')}; "
        f"when they put them far apart (over {far.above:.3g}), on {_said(far)} of "
        f"{count(far.n_pairs, 'pair')}. The upright lines are 95 % intervals; the dashed "
        "rule is guessing."
    )
    title = f"Pairs in the right order by how far apart people put the two photos: {leader}"
    return [Panel("gap", title, reading, rows, _csv(found))]


def _learning(found: Sequence[Json], people: Json) -> list[Panel]:
    rows = _known(found)
    if len(rows) < 2:
        return []
    first, before, last = rows.iloc[0], rows.iloc[-2], rows.iloc[-1]
    learner = last["vector"]
    gain = f"{100 * (last.value - before.value):+.1f}".replace("-", "−")
    reading = (
        f"**{plain(learner)}** puts {_said(first)} of pairs in order after learning from "
        f"{count(first.n_learned_from, 'photo')} and {_said(last)} after "
        f"{last.n_learned_from:,}, always tested on the same {count(last.n_pairs, 'pair')}; the "
        f"last step, from {before.n_learned_from:,} photos, brought {gain} points. "
        "The lines are 95 % intervals."
    )
    levels = {
        text: people[key] for key, text in PEOPLE.items() if (people.get(key) or {}).get("value")
    }
    if levels:
        said = [
            f"{text} on {_said(level)} of {count(level['n_pairs'], 'pair')}"
            for text, level in levels.items()
        ]
        reading += f" The dashed rules are people among themselves: {listing(said)}."
    title = f"Pairs in the right order by number of photos learned from: {learner}"
    rules = tuple((text, level["value"]) for text, level in levels.items())
    people_rows = [{"people": text} | level for text, level in levels.items()]
    rows = rows.assign(family=FROM_PHOTOS)
    return [Panel("learning", title, reading, rows, _csv([*found, *people_rows]), rules)]


def _interval(found: Json, what: str, digits: str, *, times: int = 1) -> str:
    value = format(times * found[what], digits)
    low, high = found.get(f"{what}_low"), found.get(f"{what}_high")
    if low is None or high is None:
        return value  # too few folds to tell
    return f"{value} [{format(times * low, digits)}, {format(times * high, digits)}]"


def _belief(found: Json, results: Sequence[Json]) -> list[Panel]:
    if not found.get("bins"):
        return []
    row = next(row for row in results if row["vector"] == found["vector"])  # over all pairs
    colour = {"family": family(row["kind"])}
    name = plain(found["vector"])
    pairs = f"{count(found['n_pairs'], 'draw')} from {count(row['n_pairs'], 'pair')}"
    bins = pd.DataFrame(found["bins"])
    off = _interval(found, "expected_calibration_error", ".1f", times=100)
    believed = (
        f"When **{name}** says 70 %, it should be right 7 times in 10: marks on the dashed "
        f"diagonal can be believed. Over {pairs} it is {off} points off on average "
        f"(Brier score {_interval(found, 'brier', '.3f')}; always saying 50 % gets 0.250). "
        "The lines are 95 % intervals, by folds of photos."
    )
    panels = [
        Panel(
            "reliability",
            f"How often the first photo was better, by the probability that {found['vector']} gave",
            believed,
            bins.assign(**colour),
            bins.to_csv(index=False),
        )
    ]
    curve = pd.DataFrame(found["risk_coverage"])
    if not curve.empty:
        half = curve.iloc[(curve["coverage"] - 0.5).abs().argmin()]
        whole = curve["risk"].iloc[-1]
        less = "less" if half.risk < whole else "no less"
        panels.append(
            Panel(
                "risk",
                f"Share of wrong answers by share of pairs that {found['vector']} answers",
                f"Allowed to pass on close calls, **{name}** errs {less}: answering only the "
                f"surest {share(half.coverage)} of {pairs}, it is wrong in {share(half.risk)}; "
                f"answering all, in {share(whole)}. The left end stands on few pairs.",
                curve.assign(**colour),
                curve.to_csv(index=False),
            )
        )
    return panels


def _groups(found: Sequence[Json], made: dict[str, str]) -> list[Panel]:
    rows = _known(found)
    if len(rows) < 2:
        return []
    shown, which = _ends(rows.sort_values("value", ascending=False, ignore_index=True))
    shown = shown.assign(
        family=shown["vector"].map(made),
        shown=[
            f"{_said(row)} of {count(row['n_pairs'], 'pair')}" for row in shown.to_dict("records")
        ],
    )
    best, worst = shown.iloc[0], shown.iloc[-1]
    leader = best["vector"]
    if min(best.n_pairs, worst.n_pairs) < ENOUGH:
        told = (
            f"Comparing only photos of one group, **{plain(leader)}** was tested on too few pairs "
            f"(under {ENOUGH}) to call a group its best or worst; with folds by group "
            "(`--fold-by group`) all pairs of a group are tested."
        )
    else:
        told = (
            f"Comparing only photos of one group, **{plain(leader)}** does best in "
            f"**{plain(best.group)}**, {best.shown}, and worst in **{plain(worst.group)}**, "
            f"{worst.shown}."
        )
    reading = (
        f"{told} {which} The lines are 95 % intervals of the ratings as they are, without what "
        "learning anew would change; among many groups some stand out by luck."
    )
    title = f"Pairs in the right order inside each group: {leader}"
    return [Panel("groups", title, reading, shown, _csv(found))]


def _ends(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the best and the worst groups, and which these are in words.

    A group of one pair is all right or all wrong: it would always be at an end.
    """
    if len(rows) <= 2 * ENDS:
        return rows, f"All {len(rows)} groups are shown."
    large = rows[rows["n_pairs"] >= ENOUGH]
    if len(large) < 2 * ENDS:
        most = rows.nlargest(2 * ENDS, "n_pairs").sort_index()
        return most, f"Of {len(rows)} groups these are the {len(most)} with the most pairs."
    which = f"of the {len(large)} groups with at least {ENOUGH} pairs ({len(rows)} in all)"
    ends = pd.concat([large.head(ENDS), large.tail(ENDS)])
    return ends, f"These are the {ENDS} best and the {ENDS} worst {which}."


def _matrix(evaluation: Json, scope: str, metric_name: str) -> list[Panel]:
    found = [
        row
        for row in evaluation["differences"]
        if (row["scope"], row["metric"]) == (scope, metric_name) and row["value"] is not None
    ]
    compared = {row[side] for row in found for side in ("a", "b")}
    ranked = evaluation_tables.board(evaluation, scope, metric_name).rows
    ranked = ranked[ranked["vector"].isin(compared)]
    if len(ranked) < 3:
        return []  # the lead alone says as much
    order = list(ranked["vector"].head(FIELD))
    metric = METRICS[metric_name]
    rows = _cells(found, order, metric.as_share)
    amount = "How many points" if metric.as_share else f"By how much {metric.axis}"
    best = f" (the best {FIELD} of {len(ranked)} vectors)" if len(ranked) > FIELD else ""
    reading = (
        f"{amount} the vector of a row is ahead of the vector of a column, on the same "
        f"{count(int(ranked['n_pairs'].min()), 'pair')}{best}. Filled and bold cells are "
        f"clear, {int(rows['clear'].sum())} of {len(rows)}; a hollow one could be luck once all "
        "comparisons are allowed for (Holm, p ≥ 0.05)."
    )
    title = f"Paired differences in {metric.axis} between {len(order)} vectors"
    return [Panel("matrix", title, reading, rows, _csv(found), as_share=metric.as_share)]


def _cells(found: Sequence[Json], order: Sequence[str], as_share: bool) -> pd.DataFrame:
    """Return one row a pair of vectors: the one that ranks higher minus the other."""
    place = {vector: rank for rank, vector in enumerate(order)}
    rows = []
    for row in found:
        if not {row["a"], row["b"]} <= set(place):
            continue
        ahead = place[row["a"]] < place[row["b"]]
        value = row["value"] if ahead else -row["value"]
        shown = f"{100 * value:.1f}" if as_share else f"{value:.2f}"
        rows.append(
            {
                "vector": row["a"] if ahead else row["b"],
                "other": row["b"] if ahead else row["a"],
                "value": value,
                "low": row["low"] if ahead else -row["high"],
                "high": row["high"] if ahead else -row["low"],
                "p": row["p_holm"],
                "clear": row["p_holm"] < evaluation_tables.CLEAR,
                "shown": shown.replace("-", "−"),
            }
        )
    return pd.DataFrame(rows).sort_values(
        ["vector", "other"], key=lambda names: names.map(place), ignore_index=True
    )


def _known(found: Sequence[Json]) -> pd.DataFrame:
    """Return the rows that have a value; where an interval is not defined, it is all there is."""
    table = pd.DataFrame([row for row in found if row["value"] is not None])
    if table.empty:
        return table
    return table.astype({"low": float, "high": float}).fillna({"low": 0.0, "high": 1.0})


def _said(row: Mapping[Hashable, Any] | pd.Series) -> str:
    """Return an accuracy with its interval."""
    return f"{share(row['value'])} ({share(row['low'])} to {share(row['high'])})"


def _csv(rows: Sequence[Json]) -> str:
    return pd.DataFrame(rows).to_csv(index=False)
