"""Parts of the page Home: the best photos, and cards that lead on."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.background import jobs
from dashboard.cache import index_data, vector_ratings
from dashboard.models import home
from dashboard.models.photo_tiles import tile_of
from dashboard.models.results import evaluation_tables
from dashboard.widgets import photo_grid, pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.way_in import add_photos, job_panel
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

BEST = 18  # photos, three rows of a wide screen
STRIP = 5  # photos on a card


def show_home(index: Index, bar: DeltaGenerator) -> None:
    """Show the best photos of an index, and beside them what else can be done."""
    with bar:
        vector = pickers.vector_picker(index)
        photo_grid.page_link("photos", f"All {counted(len(index), 'photo')}")
        add_photos.add_button(index.name)
    job_panel.job_panel(jobs.ADD)
    job_panel.job_panel(jobs.SAMPLE)
    shelf, cards = st.columns([2.3, 1], gap="medium")
    with show_errors():
        best = vector_ratings.extreme_rows(index, vector, min(BEST, len(index)))
    with shelf:
        photo_grid.photo_grid("shelf", [tile_of(index, row, linked=True) for row in best])
    with cards:
        _power_card(index, vector)
        _teach_card(index)
        _album_card(index)


def _power_card(index: Index, vector: MasterVector) -> None:
    evaluation, mode = index_data.evaluation(index), session_state.words()
    with st.container(border=True, key="card-power", gap="xsmall"):
        st.subheader("Discerning power", anchor=False)
        if evaluation is None:
            note = home.not_measured(vector, mode)
        else:
            board = evaluation_tables.board(evaluation, "all", "pairwise_accuracy")
            note = home.measured(board, evaluation.n_photos, mode)
        st.markdown(note.sentence)
        photo_grid.page_link("discerning_power", "How it is known", icon=":material/arrow_forward:")


def _teach_card(index: Index) -> None:
    with st.container(border=True, key="card-teach", gap="xsmall"):
        st.subheader("Teach", anchor=False)
        st.markdown("Choose between two photos, thirty times, and Best is *your* best.")
        photo_grid.page_link("teach", "Choose between two", icon=":material/arrow_forward:")


def _album_card(index: Index) -> None:
    with st.container(border=True, key="card-album", gap="xsmall"):
        st.subheader("Album", anchor=False)
        st.markdown("The best of them that differ from each other, for a book.")
        photo_grid.page_link("album", "Make an album", icon=":material/arrow_forward:")
