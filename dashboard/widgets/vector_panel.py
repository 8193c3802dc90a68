"""Panel of one rating vector on the page Vectors: best photos, facts and a delete button."""

import json
from html import escape

import numpy as np
import streamlit as st

from dashboard import actions
from dashboard.cache import vector_ratings
from dashboard.component.photo_view import grid_photos, photo_strip
from dashboard.formatting import FROM_WORDS
from dashboard.models.vector_card import VectorCard
from dashboard.widgets.errors import show_errors
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

STRIP = 12  # photos at most, from which one row is filled
DOWNLOAD_HELP = (
    "The direction and the card. In the folder `vectors` of another index of this encoder and "
    "framing it is a vector there."
)


def vector_panel(index: Index, vector: MasterVector, card: VectorCard) -> None:
    """Show a rating vector's best photos, origin and facts, and the button that deletes it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(card.name, anchor=False, width="content")
            st.badge(card.made, color="orange" if card.made == FROM_WORDS else "green")
            if not card.own:
                st.badge("built in", color="gray")
        st.markdown(f"{card.origin}  \n{card.held_out}")
        with show_errors():
            best = vector_ratings.extreme_rows(index, vector, min(STRIP, len(index)))
        _best(index, card.name, best)
        with st.container(horizontal=True):
            with st.popover("All facts"):
                st.html(_facts_table(card))
            st.download_button(
                "Download",
                json.dumps(vector.to_json(), indent=1),
                f"{card.name}.json",
                "application/json",
                key=f"download-{card.name}",
                help=DOWNLOAD_HELP,
                on_click="ignore",
            )
            if card.own:
                _remover(index, card.name)


def _facts_table(card: VectorCard) -> str:
    """HTML table of all facts about a rating vector."""
    rows = "".join(
        f'<tr><th scope="row">{escape(str(fact))}</th><td>{escape(str(value))}</td></tr>'
        for fact, value in card.facts.itertuples(index=False)
    )
    return f'<div class="longer" tabindex="0"><table class="facts">{rows}</table></div>'


@st.fragment
def _best(index: Index, name: str, rows: list[int]) -> None:
    """Show a rating vector's highest-rated photos in one row."""
    photos = grid_photos(index, np.array(rows, dtype=np.intp))
    photo_strip(f"card-{name}", photos, f"The best by {name}")


def _remover(index: Index, name: str) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(f"This deletes the vector `{name}` from the index. Photos and labels stay.")
        if st.button("Yes, remove it", key=f"remove-{name}"):
            with show_errors(st.error):
                actions.remove_vector(index, name)
            st.rerun()
