"""Forest plots that show the metric value and confidence interval of each rating vector."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite

import numpy as np
import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS, listing, number
from dashboard.models.results.evaluation_tables import Board
from dashboard.models.results.metric_texts import Metric
from dashboard.models.words import Mode, vector_name
from photorank.errors import counted
from photorank.outside_text import printable
from photorank.typing import Json
from photorank.vectors.master import MasterVector

_KINDS = {FROM_PHOTOS: "learned", FROM_WORDS: "words", AT_RANDOM: "random"}
_MARGIN = 0.06  # of the axis, free on either side


@dataclass(frozen=True)
class ForestRow:
    """Row of a forest plot: one rating vector, or several with equal results."""

    name: str  # of the first of them, by which it is chosen
    label: str
    note: str  # where it is from
    kind: str  # learned, words or random
    value: float
    low: float
    high: float
    text: str
    interval: str
    hollow: bool  # has seen these photos: no fair test
    small: bool  # a baseline


@dataclass(frozen=True)
class Forest:
    """Forest plot of estimates with confidence intervals, one estimate per row."""

    rows: tuple[ForestRow, ...]
    caption: str
    level: float | None  # drawn dashed through all rows: guessing, or no difference
    unit: str  # of the values, above them
    as_share: bool  # ticks in per cent


def forest(board: Board, stored: Mapping[str, MasterVector], mode: Mode) -> Forest:
    """Forest plot of a leaderboard's rating vectors; those with equal results share a row."""
    rows = []
    for _, same in board.rows.groupby(["apart", "value", "low", "high"], sort=False, dropna=False):
        first = same.iloc[0]
        names = [printable(vector_name(name, mode)) for name in same["vector"]]
        note = _provenance(first, stored.get(str(first["vector"])), mode)
        rows.append(_row(board.metric, first, listing(names), note))
    return _of_metric(rows, board.metric, caption(board, mode))


def small_forest(table: Forest, names: pd.Series) -> Forest:
    """Copy of a forest plot with the rows of the named rating vectors only, and no caption."""
    kept = set(names)
    return replace(table, rows=tuple(row for row in table.rows if row.name in kept), caption="")


def forest_of_table(rows: pd.DataFrame, metric: Metric, caption: str) -> Forest:
    """Forest plot made from a data frame that has one row per rating vector.

    `rows` has vector, family, value, low, high, baseline, apart and note.
    """
    made = [_row(metric, row, printable(row["vector"]), row["note"]) for _, row in rows.iterrows()]
    return _of_metric(made, metric, caption)


def leads_forest(leads: pd.DataFrame, leader: str, metric: Metric) -> Forest:
    """Forest plot of the best rating vector's lead over every other vector."""
    unit = "points" if metric.as_share else metric.axis
    rows = [
        ForestRow(
            row["vector"],
            printable(row["vector"]),
            "a clear difference" if row["clear"] else "could be luck",
            _KINDS.get(row["family"], "learned"),
            row["value"],
            row["low"],
            row["high"],
            metric.lead_text(row["value"]),
            f"{metric.lead_text(row['low'])} to {metric.lead_text(row['high'])}",
            hollow=not row["clear"],
            small=False,
        )
        for _, row in leads.iterrows()
    ]
    said = f"How far {printable(leader)} is ahead of each. Dashed: no difference."
    return Forest(tuple(rows), said, 0.0, unit, metric.as_share)


def _of_metric(rows: Sequence[ForestRow], metric: Metric, caption: str) -> Forest:
    unit = "% of pairs" if metric.as_share else metric.axis
    return Forest(tuple(rows), caption, metric.chance, unit, metric.as_share)


def _row(metric: Metric, row: pd.Series, label: str, note: str) -> ForestRow:
    return ForestRow(
        str(row["vector"]),
        label,
        note,
        _KINDS[row["family"]],
        row["value"],
        row["low"],
        row["high"],
        metric.text(row["value"], row["low"], row["high"]),
        _interval(metric, row),
        hollow=bool(row["apart"]),
        small=bool(row["baseline"]),
    )


def caption(board: Board, mode: Mode) -> str:
    """Sentence on how to read a leaderboard's forest plot."""
    pairs = counted(int(board.rows["n_pairs"].max()), "pair")
    guessed, seen = board.metric.chance is not None, bool(board.rows["apart"].any())
    if mode == "plain":
        return (
            f"How often each way to judge agrees with {board.agrees_with} about {pairs} of photos "
            f"that it had not seen. A long bar means “not sure”."
            f"{' Dashed: guessing.' if guessed else ''}"
            f"{' Hollow, at the end: had seen these photos, so no fair test.' if seen else ''}"
        )
    return (
        f"{board.metric.axis.capitalize()}, held out; {pairs}; 95 % intervals."
        f"{' Dashed: chance.' if guessed else ''}"
        f"{' Hollow, at the end: not held out.' if seen else ''}"
    )


def forest_data(table: Forest) -> Json:
    """Forest plot as JSON for the JavaScript component, with positions as fractions of the axis."""
    ends = [row.low for row in table.rows] + [row.high for row in table.rows]
    known = [one for one in (*ends, *(row.value for row in table.rows)) if isfinite(one)]
    known += [] if table.level is None else [table.level]
    least, most = min(known, default=0.0), max(known, default=1.0)
    room = _MARGIN * max(most - least, 0.01)
    least, most = least - room, most + room

    def at(value: float) -> float | None:
        return (value - least) / (most - least) if isfinite(value) else None

    ticks = [{"at": at(tick), "text": _tick(table, tick)} for tick in _ticks(least, most)]
    rows = []
    for row in table.rows:
        said = asdict(row)
        value, low, high = (said.pop(name) for name in ("value", "low", "high"))
        rows.append(said | {"at": at(value), "from": at(low), "to": at(high)})
    return {
        "rows": rows,
        "ticks": ticks,
        "level": None if table.level is None else at(table.level),
        "unit": table.unit,
        "caption": table.caption,
    }


def _ticks(least: float, most: float) -> list[float]:
    """At most eight round numbers for the ticks of an axis."""
    step = next(one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (most - least) / one <= 8)
    ticks = np.arange(np.ceil(least / step), most / step) * step
    return [float(tick) + 0.0 for tick in ticks]  # 0, and not -0


def _tick(table: Forest, value: float) -> str:
    return number(100 * value, ".0f") if table.as_share else number(value, ".2f")


def _interval(metric: Metric, row: pd.Series) -> str:
    if not (isfinite(row["low"]) and isfinite(row["high"])):
        return "too few pairs for an interval"
    low, high = (metric.text(row[end], row["low"], row["high"]) for end in ("low", "high"))
    return f"{low} to {high}"


def _provenance(row: pd.Series, vector: MasterVector | None, mode: Mode) -> str:
    """Short note on a rating vector's origin, or on why it cannot be tested fairly."""
    if row["apart"]:
        return "has seen these photos: no fair test" if mode == "plain" else row["note"]
    if row["family"] == AT_RANDOM:
        return "as by drawing lots"
    if row["family"] == FROM_WORDS:
        return "from words alone"
    if vector is not None and vector.card.n_photos:
        photos = counted(vector.card.n_photos, "judged photo")
        pairs = "" if mode == "plain" else f", {counted(vector.card.n_pairs, 'pair')}"
        return f"learned from {photos}{pairs}"
    return "learned here, tested on other photos"
