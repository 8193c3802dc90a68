"""Widgets of the page Map: chart, and the selected area as numbers."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import session_state
from dashboard.charts import map_chart
from dashboard.models import photo_map
from photorank.errors import counted
from photorank.similarity.map_layout import Method


def show_map(key: str, points: pd.DataFrame, colouring: photo_map.Colouring) -> None:
    """Show the map chart, in which an area can be selected."""
    area = photo_map.parse_box(session_state.drawn_area())
    with st.container(key="map"):
        st.altair_chart(
            map_chart.photo_map(points, colouring, area),
            key=key,
            height="stretch",
            on_select=partial(session_state.select_area, key),
            selection_mode=photo_map.BRUSH,
            alt=f"map of {counted(len(points), 'photo')}, coloured by {colouring.title}",
        )


def area_in_numbers(method: Method) -> None:
    """Show the edges of the selected map area as text that can be edited."""
    with st.popover("Area in numbers", key="area-popover"):
        st.text_input(
            "Area",
            key="area",
            bind="query-params",
            placeholder="-1,0,0,1",
            help="Left, right, bottom and top edge, each between −1 and 1.",
            on_change=session_state.draw_area_anew,
        )
        st.caption(photo_map.METHOD_HELP[method])
