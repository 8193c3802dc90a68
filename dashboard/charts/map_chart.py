"""Altair chart of the photo map: points with thumbnail tooltips and a selection box."""

import altair as alt
import pandas as pd

from dashboard.charts.evaluation_charts import GREY, as_one_picture
from dashboard.models.photo_map import BRUSH, Box, Colouring

EDGE = 1.04  # the farthest point is at 1


def photo_map(rows: pd.DataFrame, colouring: Colouring, box: Box | None = None) -> alt.LayerChart:
    """Scatter chart of the photos on the map, with the area `box` initially selected.

    `rows` has x, y, value, image, photo and said. Points without a value are grey.
    """
    drawn = None if box is None else [max(-EDGE, min(edge, EDGE)) for edge in box]
    brush = alt.selection_interval(
        name=BRUSH,
        encodings=["x", "y"],
        value=alt.Undefined if drawn is None else {"x": drawn[:2], "y": drawn[2:]},
        mark=alt.BrushConfig(fill=GREY, fillOpacity=0.12, stroke=GREY, strokeWidth=1.5),
    )
    across = alt.Scale(domain=[-EDGE, EDGE], nice=False, zero=False)
    ramp = alt.Scale(
        domain=list(colouring.domain), range="diverging" if colouring.diverging else "ramp"
    )
    base = alt.Chart(rows).encode(
        alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=across)
    )
    told = [
        alt.Tooltip("image:N", title="image"),
        alt.Tooltip("photo:N", title="photo"),
        alt.Tooltip("said:N", title="by the vector"),
    ]
    if colouring.of_people:
        told.append(alt.Tooltip("value:Q", title=colouring.title, format=".0f"))
    legend = alt.Legend(
        orient="bottom", direction="horizontal", gradientLength=200, gradientThickness=8
    )
    coloured = (
        base.transform_filter("isValid(datum.value)")
        .mark_circle(size=52, opacity=1)
        .encode(
            alt.Color("value:Q", title=colouring.title, scale=ramp, legend=legend), tooltip=told
        )
        .add_params(brush)
    )
    unknown = (
        base.transform_filter("!isValid(datum.value)")
        .mark_point(size=34, opacity=1, color=GREY)
        .encode(tooltip=told[:3])
    )
    return as_one_picture(alt.LayerChart(layer=[unknown, coloured]))
