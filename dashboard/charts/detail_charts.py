"""Altair charts of an evaluation's details, for the page section “Looking closer”."""

from collections.abc import Callable

import altair as alt
import pandas as pd

from dashboard.charts.evaluation_charts import (
    FAMILIES,
    GREY,
    INK,
    SHAPES,
    interval_tooltips,
    intervals,
)
from dashboard.formatting import FROM_PHOTOS
from dashboard.models.results.evaluation_details import Panel

HEIGHT = 320
DASH = [5, 4]
FAMILY = alt.Color("family:N", scale=alt.Scale(domain=[*FAMILIES, INK]), legend=None)
IN_ORDER = "pairs put in the right order"
CELL = 40  # pixels that a row of the matrix is high


def detail_chart(panel: Panel) -> alt.LayerChart:
    """Altair chart of one detail of an evaluation, such as a learning curve."""
    return _DRAWN[panel.name](panel)


def _gap(panel: Panel) -> alt.LayerChart:
    """Line chart of pairwise accuracy against the difference between the labels of two photos.

    There is one line per rating vector.
    """
    rows = panel.rows
    across = alt.X(
        "range:O",
        sort=list(rows["range"].unique()),
        title="how far apart people put the two photos (labels)",
        axis=alt.Axis(labelAngle=0, labelOverlap=False, titlePadding=8),
    )
    slots = _colour_order(dict(zip(rows["vector"], rows["family"], strict=True)))
    names = [slot for slot in slots if slot in set(rows["vector"])]
    legend = alt.Legend(
        orient="top", title=None, columns=2, values=names, symbolOpacity=1, labelFontSize=13
    )
    base = alt.Chart(rows).encode(
        across,
        alt.Color("vector:N", scale=alt.Scale(domain=slots), legend=legend),
        tooltip=[
            "vector:N",
            alt.Tooltip("range:O", title="labels apart"),
            *interval_tooltips(".1%", "in order"),
            alt.Tooltip("n_pairs:Q", format=",", title="pairs"),
        ],
    )
    up = _vertical_scale(rows, 0.5)
    shape = alt.Shape(
        "vector:N", scale=alt.Scale(domain=slots, range=[*SHAPES, "triangle-up"]), legend=legend
    )
    layers = [_dashed_line(0.5), *_curve(base, up, shape)]
    return alt.LayerChart(layer=layers, height=HEIGHT + 60)  # of which the legend takes a part


def _learning(panel: Panel) -> alt.LayerChart:
    """Learning curve: accuracy by number of training photos.

    Horizontal lines mark human and chance level.
    """
    up = _vertical_scale(panel.rows, 0.5, *(value for _, value in panel.rules))
    steps = list(panel.rows["n_learned_from"])
    axis = alt.Axis(values=steps, format=",d", grid=False, titlePadding=8, labelOverlap=False)
    base = alt.Chart(panel.rows).encode(
        alt.X(
            "n_learned_from:Q",
            scale=alt.Scale(type="log", domain=[0.85 * steps[0], 1.15 * steps[-1]], nice=False),
            axis=axis,
            title="photos learned from (each step about a doubling)",
        ),
        FAMILY,
        tooltip=[
            alt.Tooltip("n_learned_from:Q", format=",d", title="photos learned from"),
            *interval_tooltips(".1%", "in order"),
        ],
    )
    layers: list[alt.Chart] = []
    for text, value in (("guessing", 0.5), *panel.rules):
        # The curve rises: it leaves room above its left end and below its right one.
        passed = value < panel.rows["value"].iloc[-1]
        layers += [_dashed_line(value), _line_label(value, text, passed)]
    return alt.LayerChart(layer=[*layers, *_curve(base, up)], height=HEIGHT)


def accuracy_by_choices(rows: pd.DataFrame) -> alt.LayerChart:
    """Learning curve: accuracy in predicting a person's choices, by number of training choices.

    `rows` has choices, value, low and high, the last three as shares of 1.
    """
    most = 1.1 * rows["choices"].max() + 1
    base = alt.Chart(rows.assign(family=FROM_PHOTOS)).encode(
        alt.X(
            "choices:Q",
            title="choices learned from",
            axis=alt.Axis(values=[*rows["choices"]], format=",d", grid=False, titlePadding=8),
            scale=alt.Scale(type="symlog", constant=10, nice=False, domain=[0, most]),
        ),
        FAMILY,
        tooltip=[
            alt.Tooltip("choices:Q", format=",d", title="choices learned from"),
            *interval_tooltips(".1%", "predicted"),
        ],
    )
    curve = _curve(base, _vertical_scale(rows, 0.5), title=None)
    return alt.LayerChart(layer=[_dashed_line(0.5), *curve], height=220)


def _reliability(panel: Panel) -> alt.LayerChart:
    """Reliability diagram: observed frequency by predicted probability, with the diagonal."""
    whole = alt.Scale(domain=[0, 1], nice=False)
    ends = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]})
    diagonal = alt.Chart(ends).mark_line(color=GREY, strokeDash=DASH, strokeWidth=1.5, tooltip=None)
    base = alt.Chart(panel.rows).encode(
        alt.X("predicted:Q", scale=whole, axis=_per_cent(), title="predicted: the first is better"),
        FAMILY,
        tooltip=[
            alt.Tooltip("predicted:Q", format=".1%", title="predicted"),
            alt.Tooltip("observed:Q", format=".1%", title="observed"),
            alt.Tooltip("n_pairs:Q", format=",", title="pairs"),
        ],
    )
    across = base.mark_point(filled=True, size=90, opacity=1).encode(
        alt.Y("observed:Q", scale=whole, axis=_per_cent(), title="observed: the first was better")
    )
    span = base.mark_rule(strokeWidth=2).encode(alt.Y("low:Q", scale=whole), alt.Y2("high:Q"))
    return alt.LayerChart(layer=[diagonal.encode(x="x:Q", y="y:Q"), span, across], height=HEIGHT)


def _risk(panel: Panel) -> alt.LayerChart:
    """Risk–coverage chart: error rate by share of pairs answered, most confident pairs first."""
    base = alt.Chart(panel.rows).encode(
        alt.X(
            "coverage:Q",
            scale=alt.Scale(domain=[0, 1], nice=False),
            axis=_per_cent(),
            title="pairs answered, the surest first",
        ),
        alt.Y(
            "risk:Q",
            scale=alt.Scale(domainMin=0),
            axis=_per_cent(),
            title="wrong among those answered",
        ),
        FAMILY,
        tooltip=[
            alt.Tooltip("coverage:Q", format=".0%", title="answered"),
            alt.Tooltip("risk:Q", format=".1%", title="wrong"),
        ],
    )
    line = base.mark_line(strokeWidth=2)
    return alt.LayerChart(layer=[line, base.mark_point(size=60, opacity=0)], height=HEIGHT)


def _groups(panel: Panel) -> alt.LayerChart:
    """Chart of pairwise accuracy per photo group, with confidence intervals, best group first."""
    names = panel.rows["group"]
    data = panel.rows.assign(name=names, text=names + "\N{EM SPACE}" + panel.rows["shown"])
    return intervals(data, [*names], IN_ORDER)


def _matrix(panel: Panel) -> alt.LayerChart:
    """Heat map of rating vectors' differences in one metric; only significant ones are coloured."""
    rows = panel.rows
    most = max(rows["value"].abs().max(), 1e-9)
    # Never so strong that the number on it could not be read, on either page.
    data = rows.assign(
        family=FROM_PHOTOS,
        strength=(0.12 + 0.38 * rows["value"].abs() / most).where(rows["clear"], 0),
    )
    precise = "+.1%" if panel.as_share else "+.3f"
    base = alt.Chart(data).encode(
        alt.X(
            "other:N",
            sort=[*rows["other"].unique()],
            title=None,
            axis=alt.Axis(
                orient="top",
                labelAngle=-90,
                labelOverlap=False,
                labelLimit=120,
                domain=False,
                ticks=False,
            ),
        ),
        alt.Y(
            "vector:N",
            sort=[*rows["vector"].unique()],
            title=None,
            axis=alt.Axis(labelLimit=120, domain=False, ticks=False),
        ),
        tooltip=[
            "vector:N",
            alt.Tooltip("other:N", title="against"),
            *interval_tooltips(precise, "ahead by"),
            alt.Tooltip("p:Q", format=".2g", title="p (Holm)"),
        ],
    )
    cells = base.mark_rect(stroke=GREY, strokeOpacity=0.5, cornerRadius=3).encode(
        FAMILY,
        fillOpacity=alt.FillOpacity("strength:Q", scale=None),
    )
    number = base.encode(text="shown:N", color=alt.datum(INK))
    return alt.LayerChart(
        layer=[
            cells,
            number.transform_filter("datum.clear").mark_text(fontSize=12, fontWeight="bold"),
            number.transform_filter("!datum.clear").mark_text(fontSize=12),
        ],
        height=CELL * rows["vector"].nunique() + 130,
    )


def _colour_order(families: dict[str, str]) -> list[str]:
    """Names of the rating vectors, in the order in which chart colours are assigned to them.

    The first vector of each origin comes first; an origin without a vector keeps its colour.
    """
    slots = [
        next((name for name, made in families.items() if made == family), family)
        for family in FAMILIES
    ]
    return [*slots, *(name for name in families if name not in slots)]


def _dashed_line(value: float) -> alt.Chart:
    """Chart layer with a dashed horizontal line at a value."""
    return (
        alt.Chart(pd.DataFrame({"level": [value]}))
        .mark_rule(color=GREY, strokeDash=DASH, strokeWidth=1.5, tooltip=None)
        .encode(alt.Y("level:Q"))
    )


def _line_label(value: float, text: str, at_right: bool) -> alt.Chart:
    """Chart layer with a horizontal line's label, above its left end or below its right end."""
    base = alt.Chart(pd.DataFrame({"level": [value], "text": [text]})).encode(
        alt.Y("level:Q"), x=alt.value("width" if at_right else 0), text="text:N"
    )
    if at_right:
        return base.mark_text(color=GREY, align="right", dx=-4, dy=10, fontSize=12)
    return base.mark_text(color=GREY, align="left", dx=4, dy=-8, fontSize=12)


def _vertical_scale(rows: pd.DataFrame, *levels: float) -> alt.Scale:
    """Vertical axis scale that covers all confidence intervals and the given values."""
    ends = [*rows["low"], *rows["high"], *levels]
    room = 0.05 * (max(ends) - min(ends))
    return alt.Scale(domain=[min(ends) - room, max(ends) + room], zero=False, nice=False)


def _curve(
    base: alt.Chart, up: alt.Scale, *shape: alt.Shape, title: str | None = IN_ORDER
) -> list[alt.Chart]:
    """Chart layers of an accuracy curve: confidence intervals, a line, and points."""
    value = alt.Y("value:Q", scale=up, axis=_per_cent(), title=title)
    return [
        base.mark_rule(strokeWidth=2).encode(alt.Y("low:Q", scale=up), alt.Y2("high:Q")),
        base.mark_line(strokeWidth=1.5, opacity=0.5, tooltip=None).encode(alt.Y("value:Q")),
        base.mark_point(filled=True, size=90, opacity=1).encode(value, *shape),
    ]


def _per_cent() -> alt.Axis:
    return alt.Axis(format="%", tickCount=5, titlePadding=8)


_DRAWN: dict[str, Callable[[Panel], alt.LayerChart]] = {
    "gap": _gap,
    "learning": _learning,
    "reliability": _reliability,
    "risk": _risk,
    "groups": _groups,
    "matrix": _matrix,
}
