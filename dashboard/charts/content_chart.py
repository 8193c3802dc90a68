"""Altair chart of ratings with and without the effect of the photos' subject matter."""

import altair as alt
import pandas as pd

from dashboard.charts.evaluation_charts import FAMILIES, GREY, interval_tooltips
from dashboard.formatting import AT_RANDOM, FROM_PHOTOS
from dashboard.models.nuisance_texts import WITH, WITHOUT

STEP = 34  # pixels a kind


def content_removal(rows: pd.DataFrame) -> alt.LayerChart:
    """Chart of mean ratings per kind of photo, with and without the effect of subject matter."""
    order = list(dict.fromkeys(rows["kind"]))
    families = {WITH: FROM_PHOTOS, WITHOUT: AT_RANDOM}
    data = rows.assign(family=rows["version"].map(families))
    base = alt.Chart(data).encode(
        alt.Y("kind:N", sort=order, title=None, axis=alt.Axis(labelLimit=160, ticks=False)),
        alt.YOffset("version:N", sort=[WITH, WITHOUT]),
        alt.Color("family:N", scale=alt.Scale(domain=FAMILIES), legend=None),
        tooltip=[
            alt.Tooltip("kind:N"),
            alt.Tooltip("version:N", title="vector"),
            *interval_tooltips("+.2f", "mean rating, sd"),
            alt.Tooltip("photos:Q", format=",d"),
        ],
    )
    across = alt.X("low:Q", title="mean rating (standard deviations)")
    shapes = alt.Scale(domain=[WITH, WITHOUT], range=["circle", "diamond"])
    legend = alt.Legend(
        orient="top",
        title=None,
        symbolOpacity=1,
        symbolFillColor=GREY,  # black by itself, which the dark page hides
        symbolStrokeColor=GREY,
        labelFontSize=13,
    )
    mean = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY, strokeDash=[4, 3])
    layers = [
        mean.encode(x="x:Q"),
        base.mark_rule(strokeWidth=2).encode(across, alt.X2("high:Q")),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            alt.X("value:Q"), alt.Shape("version:N", scale=shapes, legend=legend)
        ),
    ]
    whole = alt.LayerChart(layer=layers, height=STEP * len(order) + 60)
    return whole.properties(padding={"left": 12, "top": 8, "right": 16, "bottom": 8})
