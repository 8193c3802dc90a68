"""Widget for a chart with a text for screen readers."""

import streamlit as st
from altair import LayerChart
from streamlit.delta_generator import DeltaGenerator

from dashboard.charts.evaluation_charts import as_one_picture


def show_chart(chart: LayerChart, key: str, alt: str, place: DeltaGenerator | None = None) -> None:
    """Show a chart with a text for screen readers."""
    (place or st.container()).altair_chart(as_one_picture(chart), key=key, alt=alt)
