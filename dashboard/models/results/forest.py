"""Table of vectors with confidence intervals: name, origin, value, interval."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite

import numpy as np
import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS, listing
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
    """Row of the table of intervals: a vector, or several with equal results."""

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
    pale: bool  # a baseline


@dataclass(frozen=True)
class Forest:
    """Table of intervals: rows, best first, with metric and caption."""

    rows: tuple[ForestRow, ...]
    metric: Metric
    caption: str


def forest(board: Board, stored: Mapping[str, MasterVector], mode: Mode) -> Forest:
    """Table of intervals of a board's vectors; those with equal results share a row."""
    rows = []
    for _, same in board.rows.groupby(["apart", "value", "low", "high"], sort=False, dropna=False):
        first = same.iloc[0]
        names = [printable(vector_name(name, mode)) for name in same["vector"]]
        vector = stored.get(str(first["vector"]))
        rows.append(
            ForestRow(
                str(first["vector"]),
                listing(names),
                _provenance(first, vector, mode),
                _KINDS[first["family"]],
                first["value"],
                first["low"],
                first["high"],
                board.metric.text(first["value"], first["low"], first["high"]),
                _interval(board.metric, first),
                bool(first["apart"]),
                bool(first["baseline"]),
            )
        )
    return Forest(tuple(rows), board.metric, caption(board, mode))


def small_forest(table: Forest, names: pd.Series) -> Forest:
    """Table of intervals of the named vectors, without caption."""
    kept = set(names)
    return Forest(tuple(row for row in table.rows if row.name in kept), table.metric, "")


def caption(board: Board, mode: Mode) -> str:
    """Sentence on how to read the table of intervals."""
    pairs = counted(int(board.rows["n_pairs"].max()), "pair")
    if mode == "plain":
        level = " Dashed: guessing." if board.metric.chance is not None else ""
        return (
            f"How often each way to judge agrees with people about photos it had not seen: "
            f"{pairs}. The bar is how sure that is: a long one means “not sure”.{level}"
        )
    level = " Dashed: chance." if board.metric.chance is not None else ""
    return f"{board.metric.axis.capitalize()}, held out; {pairs}; 95 % intervals.{level}"


def forest_data(table: Forest) -> Json:
    """Table of intervals as JSON for the component; positions are fractions of the axis."""
    ends = [row.low for row in table.rows] + [row.high for row in table.rows]
    known = [one for one in (*ends, *(row.value for row in table.rows)) if isfinite(one)]
    chance = table.metric.chance
    known += [] if chance is None else [chance]
    least, most = min(known, default=0.0), max(known, default=1.0)
    room = _MARGIN * max(most - least, 0.01)
    least, most = least - room, most + room

    def at(value: float) -> float | None:
        return (value - least) / (most - least) if isfinite(value) else None

    ticks = [{"at": at(tick), "text": _tick(table.metric, tick)} for tick in _ticks(least, most)]
    rows = []
    for row in table.rows:
        said = asdict(row)
        value, low, high = (said.pop(name) for name in ("value", "low", "high"))
        rows.append(said | {"at": at(value), "from": at(low), "to": at(high)})
    return {
        "rows": rows,
        "ticks": ticks,
        "chance": None if chance is None else at(chance),
        "unit": "% of pairs" if table.metric.as_share else table.metric.axis,
        "caption": table.caption,
    }


def _ticks(least: float, most: float) -> list[float]:
    """Four to eight round numbers on an axis."""
    step = next(one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if (most - least) / one <= 8)
    return [float(tick) for tick in np.arange(np.ceil(least / step), most / step) * step]


def _tick(metric: Metric, value: float) -> str:
    return f"{100 * value:.0f}" if metric.as_share else f"{value:.2f}".replace("-", "−")


def _interval(metric: Metric, row: pd.Series) -> str:
    if not (isfinite(row["low"]) and isfinite(row["high"])):
        return "too few pairs for an interval"
    low, high = (metric.text(row[end], row["low"], row["high"]) for end in ("low", "high"))
    return f"{low} to {high}"


def _provenance(row: pd.Series, vector: MasterVector | None, mode: Mode) -> str:
    """Origin of a vector in a few words."""
    if row["apart"]:
        return "has seen these photos: no fair test" if mode == "plain" else row["note"]
    if row["family"] == AT_RANDOM:
        return "what guessing gets"
    if row["family"] == FROM_WORDS:
        return "from words alone"
    what = "choice" if mode == "plain" else "pair"
    if vector is not None and vector.card.n_pairs:
        return f"learned from {counted(vector.card.n_pairs, what)}"
    return "learned here, tested on other photos"
