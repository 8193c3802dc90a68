"""A chart on a page."""

import streamlit as st
from altair import LayerChart
from streamlit.delta_generator import DeltaGenerator

from dashboard.charts.evaluation_charts import as_one_picture


def show_chart(chart: LayerChart, key: str, alt: str, place: DeltaGenerator | None = None) -> None:
    """Show a chart, with a name for those who do not see it."""
    (place or st.container()).altair_chart(as_one_picture(chart), key=key, alt=alt)
