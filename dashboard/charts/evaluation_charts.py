"""Altair charts of values with confidence intervals.

Colours are left to the page's theme: families take the first three of its categorical colours,
in this order, in light and dark alike.
"""

import altair as alt
import pandas as pd

from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS

FAMILIES = [FROM_PHOTOS, FROM_WORDS, AT_RANDOM]
INK = "ink"  # the theme's fourth colour: text
SHAPES = ["circle", "diamond", "square"]
GREY = "#8A8378"  # seen on the light and on the dark page
STEP = 50  # pixels a row: a line of text above a line with a mark
EVEN = 0.5  # share of pairs in order that guessing gets
LOWER = 10  # pixels that the mark stands below the middle of its row


def as_one_picture(chart: alt.LayerChart) -> alt.LayerChart:
    """Copy of a chart that screen readers announce as one image, not point by point.

    Its marks would be read out one by one; beside it stand words and a table that say it shorter.
    """
    whole = chart.copy(deep=False)
    config = {} if whole.config is alt.Undefined else whole.config.to_dict()
    return whole.properties(config=alt.Config(**config | {"mark": alt.MarkConfig(aria=False)}))


def interval_tooltips(digits: str, what: str = "value") -> list[alt.Tooltip]:
    """Tooltip fields of a value and its 95 % confidence interval."""
    return [
        alt.Tooltip("value:Q", format=digits, title=what),
        alt.Tooltip("low:Q", format=digits, title="95 % from"),
        alt.Tooltip("high:Q", format=digits, title="to"),
    ]


def intervals(data: pd.DataFrame, order: list[str], title: str) -> alt.LayerChart:
    """Chart of proportions (0 to 1) with confidence intervals, one row per photo group.

    `data` has name, family, value, low, high and text; a stroke marks the even chance.
    """
    base = alt.Chart(data).encode(
        alt.Y("name:N", sort=order, scale=alt.Scale(domain=order), axis=None),
        alt.Color("family:N", scale=alt.Scale(domain=[*FAMILIES, INK]), legend=None),
        tooltip=[alt.Tooltip("name:N", title="group"), *interval_tooltips(".1%")],
    )
    ends = [*data["low"], *data["high"], EVEN]
    room = 0.06 * max(max(ends) - min(ends), 0.01)
    across = alt.Scale(domain=[min(ends) - room, max(ends) + room], zero=False, nice=False)
    axis = alt.Axis(format="%", tickCount=5, titlePadding=8, labelFontSize=12)
    low = alt.X("low:Q", scale=across, title=title, axis=axis)
    even = alt.X(datum=EVEN, scale=across)
    guessing = alt.Chart(pd.DataFrame({"text": ["guessing"]}))
    said = guessing.encode(even, y=alt.value(0), text="text:N")
    layers = [
        # A guide leads from each name to its mark.
        base.mark_rule(strokeDash=[1, 3], yOffset=LOWER, color=GREY, tooltip=None).encode(
            x=alt.value(0), x2=alt.value("width"), color=alt.Undefined
        ),
        base.mark_tick(
            orient="vertical", size=18, thickness=1.5, yOffset=LOWER, color=GREY, tooltip=None
        ).encode(even, color=alt.Undefined),
        base.mark_rule(strokeWidth=2, yOffset=LOWER).encode(low, alt.X2("high:Q")),
        base.mark_point(filled=True, size=130, opacity=1, yOffset=LOWER).encode(
            alt.X("value:Q", scale=across, title=title, axis=axis),
            alt.Shape("family:N", scale=alt.Scale(domain=FAMILIES, range=SHAPES), legend=None),
        ),
        base.mark_text(align="left", dy=-8, fontSize=13, fontWeight=500).encode(
            x=alt.value(0), text="text:N", color=alt.datum(INK)
        ),
        said.mark_text(color=GREY, fontSize=12, dy=-8),
    ]
    return (
        alt.layer(*layers)
        .properties(height=STEP * len(order) + 50)
        .properties(padding={"left": 12, "top": 12, "right": 12, "bottom": 12})
        .configure_axisX(domain=False)
    )
