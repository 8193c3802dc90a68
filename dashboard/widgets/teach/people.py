"""Widgets of the page Teach that compare several people's tastes."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.cache import vector_ratings
from dashboard.models.teach_people import FEW, people_texts
from dashboard.models.teach_session import TeachSession
from dashboard.widgets import photo_grid
from dashboard.widgets.teach.learned import save_form
from photorank.evaluation import agreement
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector


@st.fragment
def show_people(session: TeachSession, people: Sequence[str]) -> None:
    """Show several people's agreement, shared favourites and disputed photos."""
    chosen = st.multiselect(
        "People", people, default=people[:FEW], format_func=printable, key="people"
    )
    if len(chosen) < 2:
        st.info("Choose two people or more.", icon=":material/group:")
        return
    index, prior = session.index, session.prior
    voices = agreement.voices(index, chosen, vector_ratings.photo_subset(index, prior, ""))
    texts = people_texts(index, voices)
    st.container(key="headline").markdown(texts.headline)
    st.markdown("The best for all of them together")
    photo_grid.photo_grid("agreed", texts.best, 150)
    st.markdown("What they rate most differently")
    photo_grid.photo_grid("contested", texts.contested, 150)
    st.caption(
        "Below each photo is how much each person likes it, ± how far that may be off: 0 is "
        "neither liked nor disliked, and numbers are larger where the choices were more decided."
    )
    _agreements(texts.agreements)

    def common_taste(name: str) -> MasterVector:
        return agreement.common_vector(name, index, voices, prior)

    save_form(session, "our-taste", common_taste)


def _agreements(rows: pd.DataFrame) -> None:
    """Show the agreement of every pair of people as a sortable table."""
    column = st.column_config
    digits = "%.0f %%"
    shares = ["value", "low", "high", "said"]
    rows = rows.assign(**{name: 100 * pd.to_numeric(rows[name]) for name in shares})
    if not rows["pairs"].any():
        rows = rows.drop(columns=["said", "pairs"])
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "people": column.TextColumn("People", pinned=True),
            "value": column.NumberColumn("Would choose alike", format=digits),
            "low": column.NumberColumn("95 % from", format=digits),
            "high": column.NumberColumn("to", format=digits),
            "said": column.NumberColumn("Chose alike", format=digits),
            "pairs": column.NumberColumn("Pairs both chose from", format="localized"),
        },
    )
