"""Parts of the page Home: the best photos, and boxes with links to other pages."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.background import jobs
from dashboard.cache import albums, index_data, photo_stacks, vector_ratings
from dashboard.component.forest_view import show_forest
from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid
from dashboard.formatting import AT_RANDOM, FROM_PHOTOS, FROM_WORDS
from dashboard.models import home_texts
from dashboard.models.photos.grid_photos import GridPhotos, stacked
from dashboard.models.results import evaluation_tables, forest, plain_board
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.photo_grid import page_link
from dashboard.widgets.way_in import add_photos, job_panel
from photorank.album.album_of_rows import choose_rows
from photorank.album.kept.choose import rows_of_album
from photorank.album.request import AlbumRequest
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

TITLE = "Your best"
BEST_KEY = "shelf"  # of their grid
BEST = 400  # photos at most, from which three rows are filled
ROWS, ROW_PX = 3, 150
STRIP, STRIP_PX = 16, 62  # photos on a card at most, and the least height of their strip in pixels
GROWS = 0.38  # of what a window is higher than a small one, which each of two strips takes
ON = ":material/arrow_forward:"


def show_home(index: Index, bar: DeltaGenerator) -> None:
    """Show an index's best photos, with links to other pages beside them."""
    with bar:
        vector = pickers.vector_picker(index)
        page_link("photos", f"All {counted(len(index), 'photo')}", icon=":material/grid_view:")
        add_photos.add_button(index.name)
    job_panel.job_panel(jobs.ADD, add_photos.show_link_to_best)
    job_panel.job_panel(jobs.SAMPLE, add_photos.show_link_to_best)
    shelf, cards = st.columns([2.3, 1], gap="medium")
    with shelf:
        _best(index, vector)
    with cards, st.container(key="boxes"):
        _power_card(index, vector)
        _teach_card(index, vector)
        _album_card(index, vector)


@st.fragment
def _best(index: Index, vector: MasterVector) -> None:
    with show_errors():
        photos = best_photos(index, vector)
    photo_grid(BEST_KEY, photos, best_style(vector))


def best_photos(index: Index, vector: MasterVector) -> GridPhotos:
    """Highest-rated photos of an index, with shots of the same moment in one stack."""
    best = vector_ratings.extreme_rows(index, vector, min(BEST, len(index)))
    codes = photo_stacks.stack_codes(index)
    rows, stacks = np.array(best, dtype=np.intp), None
    if codes is not None:
        rows, stacks = stacked(rows, codes)
    percentiles = vector_ratings.percentiles(index, vector)
    return grid_photos(index, rows, percentiles, stacks=stacks)


def best_style(vector: MasterVector) -> GridStyle:
    """Grid settings (label, rows, height) for the best photos on the page Home."""
    label = "Your best photos"
    return GridStyle(label, rows=ROWS, height=ROW_PX, fills_window=True, judged_by=vector.name)


@st.fragment
def _strip(key: str, index: Index, rows: list[int], label: str) -> None:
    """Show a few photos in one row, in a box of the page Home."""
    photos = grid_photos(index, np.array(rows, dtype=np.intp))
    photo_grid(key, photos, GridStyle(label, height=STRIP_PX, rows=1, grows=GROWS))


def _power_card(index: Index, vector: MasterVector) -> None:
    evaluation, mode = index_data.evaluation(index), session_state.vocabulary()
    with st.container(border=True, key="card-power", gap="xsmall"):
        st.subheader("Discerning power", anchor=False)
        if evaluation is None:
            st.markdown(home_texts.public_accuracy(vector, mode))
            on = (
                "Measure it on them"
                if index_data.is_judged(index)
                else "How it can be measured on them"
            )
            page_link("discerning_power", on, icon=ON)
        else:
            board = evaluation_tables.board(evaluation, "all", "pairwise_accuracy")
            st.markdown(home_texts.measured_accuracy(board, evaluation.n_photos, mode))
            names = plain_board.best_of_each_origin(
                board.rows, (FROM_PHOTOS, FROM_WORDS, AT_RANDOM)
            )
            table = forest.forest(board, index_data.vectors(index), mode)
            show_forest("power", forest.small_forest(table, names), small=True)
            page_link("discerning_power", "All of them, and their mistakes", icon=ON)


def _teach_card(index: Index, vector: MasterVector) -> None:
    with st.container(border=True, key="card-teach", gap="xsmall"):
        st.subheader("Teach", anchor=False)
        taught = "my-taste" in index_data.vectors(index)
        st.markdown(
            "More choices, and *My taste* is surer."
            if taught
            else "Twenty choices, and the best are *your* best."
        )
        middle = vector_ratings.ratings(index, vector).argsort()[len(index) // 2 :][:STRIP]
        _strip("teach", index, middle.tolist(), "Photos to choose between")
        page_link("teach", "Choose between two", icon=ON)


def _album_card(index: Index, vector: MasterVector) -> None:
    """Show the most recently changed album, or suggest photos for a new album if there is none."""
    with show_errors(st.warning):
        kept = albums.store().latest(index.name)
        rows = [] if kept is None else rows_of_album(index, kept.album).photos
    with st.container(border=True, key="card-album", gap="xsmall"):
        st.subheader("Album", anchor=False)
        if kept is not None and rows:
            st.markdown(home_texts.album_progress(kept))
            _strip("album", index, rows[:STRIP], "Photos of the album")
            page_link("album", "Go on with it", {"album": kept.name}, ON)
            return
        st.markdown("The best that differ, on pages of a book.")
        _strip("album", index, _small_album_rows(index, vector), "Photos for an album")
        page_link("album", "Make an album", icon=ON)


def _small_album_rows(index: Index, vector: MasterVector) -> list[int]:
    """Row numbers of photos for a small album: rated high, and dissimilar to each other."""
    best = vector_ratings.extreme_rows(index, vector, min(8 * STRIP, len(index)))
    rated = vector_ratings.ratings(index, vector)[best]
    chosen = choose_rows(index.heads_of(best), rated, AlbumRequest(STRIP)).rows
    return [best[place] for place in chosen]
