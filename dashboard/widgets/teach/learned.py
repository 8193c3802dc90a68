"""Widgets about a person's learned taste: its accuracy, and a form that saves it as a vector."""

from collections.abc import Callable

import streamlit as st

from dashboard import actions
from dashboard.cache import index_data
from dashboard.charts import detail_charts
from dashboard.models import vector_card
from dashboard.models.teach_session import TeachSession
from dashboard.models.teach_texts import learned_texts
from dashboard.widgets import photo_grid
from dashboard.widgets.chart import show_chart
from dashboard.widgets.errors import show_errors
from photorank.learning.measure_taste import PersonalState
from photorank.vectors.master import MasterVector


def show_accuracy(taste: PersonalState) -> None:
    """Show how accurately a person's learned taste predicts held-out choices."""
    texts = learned_texts(taste)
    st.markdown(texts.headline)
    if texts.outlook:
        st.caption(texts.outlook)
    if texts.reading:
        drawn = detail_charts.accuracy_by_choices(texts.curve)
        show_chart(drawn, "curve", "accuracy by choices")
        st.caption(texts.reading)
    if texts.moved:
        st.markdown(
            "Photos that your choices moved most, by how many of all photos each beats: "
            "before → now"
        )
        photo_grid.photo_grid("moved", texts.moved, 110)


def save_form(session: TeachSession, stem: str, make: Callable[[str], MasterVector]) -> None:
    """Show a form that saves a learned taste as a rating vector under a new name."""
    with st.form("save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        free = vector_card.free_name(stem, index_data.vectors(session.index))
        name = st.text_input("Keep this taste under a name", free, width=260)
        if st.form_submit_button("Keep this taste"):
            with show_errors(st.error):
                actions.save_vector(session.index, make(name))
            st.success(f"Saved as `{name}`: it is on every page now.", icon=":material/check:")
