"""Widgets of the page Teach that compare several people's tastes."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.cache import vector_ratings
from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid
from dashboard.models.teach_people import FEW, people_texts
from dashboard.models.teach_session import TeachSession
from dashboard.widgets.teach.learned import save_form
from photorank.evaluation import agreement
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector

ROW_PX = 200  # height of a row of photos


def ask_people(people: Sequence[str]) -> list[str]:
    """Show a picker of people whose tastes are compared; return the selected names."""
    return st.multiselect(
        "People",
        people,
        default=people[:FEW],
        format_func=printable,
        key="people",
        placeholder="Which people",
        width=300,
        label_visibility="collapsed",
    )


@st.fragment
def show_people(session: TeachSession, chosen: Sequence[str]) -> None:
    """Show several people's agreement, shared favourites and disputed photos."""
    if len(chosen) < 2:
        st.info("Choose two people or more.", icon=":material/group:")
        return
    index, prior = session.index, session.prior
    person_tastes = agreement.person_tastes(
        index, chosen, vector_ratings.photo_subset(index, prior, "")
    )
    texts = people_texts(person_tastes)
    _photo_row("agreed", index, texts.best, "The best for all of them together")
    st.markdown(f"The best for all of them together. {texts.headline}")
    if texts.contested:
        _photo_row("contested", index, texts.contested, "What they rate most differently")
        st.markdown("What they rate most differently.")
    st.caption(
        "With the mouse on a photo stands how much each person likes it, ± how far that may be "
        "off: 0 is neither liked nor disliked, and numbers are larger where the choices were more "
        "decided."
    )
    _agreements(texts.agreements)

    def common_taste(name: str) -> MasterVector:
        return agreement.common_vector(name, index, person_tastes, prior)

    save_form(session, "our-taste", common_taste)


def _photo_row(key: str, index: Index, said: Mapping[int, str], label: str) -> None:
    """Show photos in a row, each with a text below it."""
    photos = grid_photos(
        index,
        np.array(list(said), dtype=np.intp),
        caption=lambda row: said.get(row, ""),
        captions=str(sorted(said.items())),
    )
    photo_grid(key, photos, GridStyle(label, rows=1, height=ROW_PX))


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
