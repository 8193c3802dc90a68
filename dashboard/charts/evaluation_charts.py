"""Altair charts of values with confidence intervals.

Colours are left to the page's theme: families take the first three of its categorical colours,
in this order, in light and dark alike.
"""

from dataclasses import dataclass
from typing import Literal

import altair as alt
import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS
from dashboard.models.results.metric_texts import Metric

FAMILIES = [FROM_PHOTOS, FROM_WORDS, AT_RANDOM]
INK = "ink"  # the theme's fourth colour: text
SHAPES = ["circle", "diamond", "square"]
GREY = "#8A8378"  # seen on the light and on the dark page
STEP = 50  # pixels a row: a line of text above a line with a mark
LOWER = 10  # pixels that the mark stands below the middle of its row
GAP = " "  # the empty row between fair results and the others


@dataclass(frozen=True)
class Ruler:
    """Horizontal axis of an interval chart: title, reference level and unit."""

    title: str
    level: float | None  # where there is nothing to see: guessing, or no difference
    meaning: str  # of that level
    as_share: bool  # in per cent
    what: str = "vector"  # a row is one
    in_points: bool = False  # a difference of shares: no per cent of anything


def as_one_picture(chart: alt.LayerChart) -> alt.LayerChart:
    """Chart that screen readers announce as one image instead of mark by mark.

    Its marks would be read out one by one; beside it stand words and a table that say it shorter.
    """
    whole = chart.copy(deep=False)
    config = {} if whole.config is alt.Undefined else whole.config.to_dict()
    return whole.properties(config=alt.Config(**config | {"mark": alt.MarkConfig(aria=False)}))


def intervals(rows: pd.DataFrame, metric: Metric) -> alt.LayerChart:
    """Chart of each vector's value with its confidence interval and the chance level.

    `rows` has vector, family, value, low, high, shown, baseline and apart; what is apart stands
    below a gap, hollow.
    """
    order = [*rows.loc[~rows["apart"], "vector"]]
    if rows["apart"].any():
        order += [GAP, *rows.loc[rows["apart"], "vector"]]
    seen = rows["apart"].map({True: " (has seen these photos)", False: ""})
    data = rows.assign(
        text=rows["vector"] + seen + "\N{EM SPACE}" + rows["shown"],
        strength=rows["baseline"].map({True: 0.55, False: 1.0}),
        hollow=rows["apart"],
    )
    return marks(data, order, Ruler(metric.axis, metric.chance, "guessing", metric.as_share))


def leads(rows: pd.DataFrame, leader: str, metric: Metric) -> alt.LayerChart:
    """Chart of the leader's lead over each other vector, with intervals and a zero line.

    `rows` has vector, family, value, low, high, shown and clear; what is not clear is hollow.
    """
    text = rows["vector"] + "\N{EM SPACE}" + rows["shown"]
    data = rows.assign(text=text, strength=1.0, hollow=~rows["clear"])
    points = metric.as_share
    title = f"how far {leader} is ahead{', in points' if points else ''}"
    ruler = Ruler(title, 0.0, "no difference", points, in_points=points)
    return marks(data, [*rows["vector"]], ruler)


def probability_bar(first: float) -> alt.LayerChart:
    """Bar split into two photos' probabilities, the greater in the accent colour.

    `first` is the first photo's, 0 to 1; a stroke marks the even chance.
    """
    data = pd.DataFrame(
        {
            "from": [0.0, first],
            "to": [first, 1.0],
            "colour": [FROM_PHOTOS if mine >= 0.5 else AT_RANDOM for mine in (first, 1 - first)],
        }
    )
    bar = (
        alt.Chart(data)
        .mark_bar(height=16, tooltip=None)
        .encode(
            alt.X("from:Q", scale=alt.Scale(domain=[0, 1]), axis=None),
            alt.X2("to:Q"),
            alt.Color("colour:N", scale=alt.Scale(domain=FAMILIES), legend=None),
            y=alt.value(16),
        )
    )
    even = alt.Chart(pd.DataFrame({"x": [0.5]})).mark_rule(color=GREY, strokeWidth=2)
    ends: tuple[tuple[float, str, Literal["left", "center", "right"]], ...] = (
        (0.0, "first", "left"),
        (0.5, "even chance", "center"),
        (1.0, "second", "right"),
    )
    said = [
        alt.Chart(pd.DataFrame({"x": [at], "text": [text]}))
        .mark_text(align=align, color=GREY, fontSize=12)
        .encode(alt.X("x:Q"), alt.Text("text:N"), y=alt.value(40))
        for at, text, align in ends
    ]
    return alt.LayerChart(
        layer=[bar, even.encode(x="x:Q", y=alt.value(4), y2=alt.value(28)), *said], height=48
    )


def interval_tooltips(digits: str, what: str = "value") -> list[alt.Tooltip]:
    """Tooltip fields of a value and its 95 % confidence interval."""
    return [
        alt.Tooltip("value:Q", format=digits, title=what),
        alt.Tooltip("low:Q", format=digits, title="95 % from"),
        alt.Tooltip("high:Q", format=digits, title="to"),
    ]


def marks(data: pd.DataFrame, order: list[str], ruler: Ruler) -> alt.LayerChart:
    """Interval chart with one row per vector, and a text above each interval.

    `data` has vector (a row's name), family, value, low, high, text, strength and hollow.
    """
    precise = ".1%" if ruler.as_share else ".3f"
    base = alt.Chart(data).encode(
        alt.Y("vector:N", sort=order, scale=alt.Scale(domain=order), axis=None),
        alt.Color("family:N", scale=alt.Scale(domain=[*FAMILIES, INK]), legend=None),
        tooltip=[
            alt.Tooltip("vector:N", title=ruler.what),
            alt.Tooltip("family:N", title="made"),
            *interval_tooltips(precise),
        ],
    )
    pale = base.encode(alt.Opacity("strength:Q", scale=None))

    ends = [*data["low"], *data["high"], *([] if ruler.level is None else [ruler.level])]
    room = 0.06 * max(max(ends) - min(ends), 0.01)
    across = alt.Scale(domain=[min(ends) - room, max(ends) + room], zero=False, nice=False)
    number = "%" if ruler.as_share else ".2f"
    axis = alt.Axis(format=number, tickCount=5, titlePadding=8, labelFontSize=12)
    if ruler.in_points:
        axis.labelExpr = "format(100 * datum.value, '.0f')"
    value = alt.X("value:Q", scale=across, title=ruler.title, axis=axis)
    shape = alt.Shape("family:N", scale=alt.Scale(domain=FAMILIES, range=SHAPES), legend=None)
    layers = [
        pale.mark_rule(strokeWidth=2, yOffset=LOWER).encode(
            alt.X("low:Q", scale=across, title=ruler.title, axis=axis), alt.X2("high:Q")
        ),
        pale.transform_filter("!datum.hollow")
        .mark_point(filled=True, size=130, opacity=1, yOffset=LOWER)
        .encode(value, shape),
        pale.transform_filter("datum.hollow")
        .mark_point(filled=False, size=110, strokeWidth=2, yOffset=LOWER)
        .encode(value, shape),
        base.mark_text(align="left", dy=-8, fontSize=13, fontWeight=500).encode(
            x=alt.value(0), text="text:N", color=alt.datum(INK)
        ),
    ]
    if ruler.level is not None:
        strokes, said = _level(data, order, ruler, across)
        layers = [strokes, *layers, said]
    return (
        alt.layer(*layers)
        .properties(height=STEP * len(order) + 50)
        .properties(padding={"left": 12, "top": 12, "right": 12, "bottom": 12})
        .configure_axisX(domain=False)
    )


def _level(
    data: pd.DataFrame, order: list[str], ruler: Ruler, across: alt.Scale
) -> tuple[alt.Chart, alt.Chart]:
    """Layers for the reference level: a short stroke in each row, and a label.

    A whole line would run through the names.
    """
    level = alt.X(datum=ruler.level, scale=across)
    rows = alt.Y("vector:N", sort=order, scale=alt.Scale(domain=order), axis=None)
    strokes = alt.Chart(data).encode(level, rows)
    said = alt.Chart(pd.DataFrame({"text": [ruler.meaning]})).encode(
        level, y=alt.value(0), text="text:N"
    )
    return (
        strokes.mark_tick(
            orient="vertical", size=18, thickness=1.5, yOffset=LOWER, color=GREY, tooltip=None
        ),
        said.mark_text(color=GREY, fontSize=12, dy=-8),
    )
