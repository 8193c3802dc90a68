"""Tables in, Altair charts out; no Streamlit.

Colours are left to the page's theme: families take the first three of its categorical colours,
in this order, in light and dark alike.
"""

import altair as alt
import pandas as pd

from dashboard.power import Metric
from dashboard.words import AT_RANDOM, FROM_JUDGEMENTS, FROM_WORDS

FAMILIES = [FROM_JUDGEMENTS, FROM_WORDS, AT_RANDOM]
SHAPES = ["circle", "diamond", "square"]
GREY = "#8A8378"  # readable on the light and on the dark page
STEP = 42  # pixels a row, with room for the number above its mark
GAP = " "  # the empty row between fair results and the others


def intervals(rows: pd.DataFrame, metric: Metric) -> alt.LayerChart:
    """Draw each vector's value with its interval, and chance as a dashed rule.

    `rows` has vector, family, value, low, high, shown, baseline and apart; what is apart stands
    below a gap, hollow.
    """
    order = [*rows.loc[~rows["apart"], "vector"]]
    if rows["apart"].any():
        order += [GAP, *(f"{name} (seen)" for name in rows.loc[rows["apart"], "vector"])]
    data = rows.assign(
        vector=rows["vector"].where(~rows["apart"], rows["vector"] + " (seen)"),
        strength=(~rows["baseline"]).map({True: 1.0, False: 0.55}),
        hollow=rows["apart"],
    )
    chance = [] if metric.chance is None else [metric.chance]
    scale = _scale([*data["low"], *data["high"], *chance])
    return _marks(data, order, metric.axis, scale, chance, as_share=metric.as_share)


def gaps(rows: pd.DataFrame, leader: str, metric: Metric) -> alt.LayerChart:
    """Draw how far the leader is ahead of each vector, and no difference as a dashed rule.

    `rows` has vector, family, value, low, high, shown and clear; what is not clear is hollow.
    """
    data = rows.assign(strength=1.0, hollow=~rows["clear"])
    scale = _scale([*data["low"], *data["high"], 0.0])
    title = f"how far {leader} is ahead"
    return _marks(data, [*rows["vector"]], title, scale, [0.0], as_share=metric.as_share)


def balance(first: float) -> alt.LayerChart:
    """Draw the two probabilities as one bar, parted where they meet; `first` is 0 to 1."""
    data = pd.DataFrame(
        {"photo": ["first", "second"], "from": [0.0, first], "to": [first, 1.0]}
    )
    scale = alt.Scale(domain=[0, 1])
    hidden = alt.Axis(labels=False, title=None, grid=False, ticks=False)
    bar = (
        alt.Chart(data)
        .mark_bar(height=18, tooltip=None)
        .encode(
            alt.X("from:Q", scale=scale, axis=hidden),
            alt.X2("to:Q"),
            alt.Color("photo:N", sort=None, legend=None),
        )
    )
    even = alt.Chart(pd.DataFrame({"x": [0.5]})).mark_rule(color=GREY, strokeDash=[4, 3])
    return alt.layer(bar, even.encode(x="x:Q")).properties(height=46)


def _scale(values: list[float]) -> alt.Scale:
    """Return a scale around all values with a little room at both ends."""
    low, high = min(values), max(values)
    room = 0.06 * max(high - low, 0.01)
    return alt.Scale(domain=[low - room, high + room], zero=False, nice=False)


def _marks(
    data: pd.DataFrame,
    order: list[str],
    title: str,
    scale: alt.Scale,
    dashed: list[float],
    *,
    as_share: bool,
) -> alt.LayerChart:
    number = "%" if as_share else ".2f"
    axis = alt.Axis(format=number, tickCount=5, titlePadding=10)
    base = alt.Chart(data).encode(
        alt.Y("vector:N", sort=order, scale=alt.Scale(domain=order), title=None,
              axis=alt.Axis(labelLimit=150, labelPadding=8)),
        alt.Color("family:N", scale=alt.Scale(domain=FAMILIES), legend=None),
        alt.Opacity("strength:Q", scale=None),
        tooltip=[
            alt.Tooltip("vector:N"),
            alt.Tooltip("family:N", title="made"),
            alt.Tooltip("value:Q", format=".1%" if as_share else ".3f"),
            alt.Tooltip("low:Q", format=".1%" if as_share else ".3f", title="95 % from"),
            alt.Tooltip("high:Q", format=".1%" if as_share else ".3f", title="to"),
        ],
    )  # fmt: skip
    value = alt.X("value:Q", scale=scale, title=title, axis=axis)
    shape = alt.Shape("family:N", scale=alt.Scale(domain=FAMILIES, range=SHAPES), legend=None)
    return (
        alt.layer(
            *(
                alt.Chart(pd.DataFrame({"x": [x]}))
                .mark_rule(color=GREY, strokeDash=[5, 4])
                .encode(alt.X("x:Q", scale=scale))
                for x in dashed
            ),
            base.mark_rule(strokeWidth=2).encode(
                alt.X("low:Q", scale=scale, title=title, axis=axis), alt.X2("high:Q")
            ),
            base.transform_filter("!datum.hollow")
            .mark_point(filled=True, size=130, opacity=1)
            .encode(value, shape),
            base.transform_filter("datum.hollow")
            .mark_point(filled=False, size=110, strokeWidth=2)
            .encode(value, shape),
            base.mark_text(dy=-14, fontWeight=600).encode(value, alt.Text("shown:N")),
        )
        .properties(height=STEP * len(order) + 10)
        .configure_axisY(grid=False, domain=False)
    )
