"""Widgets of the page Discerning power: forest plot, best and worst photos, misordered pairs."""

from html import escape

import numpy as np
import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data, vector_ratings
from dashboard.component.forest_view import show_forest
from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid
from dashboard.models.photo_tiles import alt_text, label_percentiles
from dashboard.models.photos.photos_page import learned_from_all_text
from dashboard.models.results.evaluation_tables import Board
from dashboard.models.results.forest import forest
from dashboard.models.results.plain_board import mistake_text, stored_for
from dashboard.models.words import Mode, vector_text
from dashboard.routes.thumbnails import thumbnail_address
from dashboard.widgets.errors import show_errors
from dashboard.widgets.photo_grid import page_link, photo_query
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

EXTREMES = 12  # photos at most, of the best and of the weakest: two rows
MISTAKES = 6  # pairs
ROW_PX = 130  # height of a row of photos


def forest_and_photos(index: Index, board: Board, mode: Mode) -> None:
    """Show a forest plot of rating vectors, and the selected vector's best and worst photos."""
    stored = index_data.vectors(index)
    table = forest(board, stored, mode)
    kept = {row.name: stored_for(row.name, stored, index.name) for row in table.rows}
    rows: dict[str, str] = {}
    for name, vector in kept.items():
        if vector is not None:
            rows.setdefault(vector.name, name)
    trusted = by_preference(stored, index_data.evaluation(index))
    first = next((rows[name] for name in trusted if name in rows), None)
    chosen = session_state.chosen_row("forest", list(kept), first)
    vector = None if chosen is None else kept[chosen]
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        show_forest("forest", table, chosen=chosen)
    if vector is None:
        right.caption("No photos are shown: nothing is kept that could rate them this way.")
        return
    name = vector_text(chosen or vector.name, mode)
    with right, st.container(key="extremes"):
        best_and_weakest(index, vector, name)
    _mistakes(index, vector, name)


@st.fragment
def best_and_weakest(index: Index, vector: MasterVector, name: str) -> None:
    """Show the photos that a rating vector rates highest and lowest, under the heading `name`."""
    n = min(EXTREMES, len(index) // 2)
    if not n:
        return  # one photo is both
    with show_errors():
        percentiles = vector_ratings.percentiles(index, vector)
    for which, lowest in {"best": False, "weakest": True}.items():
        rows = vector_ratings.extreme_rows(index, vector, n, lowest=lowest)
        st.markdown(f"**{name}** · {which} first")
        photos = grid_photos(index, np.array(rows, dtype=np.intp), percentiles)
        label = f"The {which} by {vector.name}"
        style = GridStyle(label, rows=2, height=ROW_PX, judged_by=vector.name)
        photo_grid(f"{which}-{vector.name}", photos, style)


def _mistakes(index: Index, vector: MasterVector, name: str) -> None:
    """Show the held-out photo pairs on which a rating vector contradicts people most."""
    with show_errors():
        held = vector_ratings.held_out(index, vector)
        pairs = vector_ratings.mistakes(index, vector, MISTAKES)
    if not len(pairs):
        judged = np.isfinite(index_data.labels(index).scores)
        if judged.any() and not np.isfinite(held.ratings[judged]).any():
            others = vector_ratings.testable_vectors(index, judged)
            named = [vector_text(one, session_state.vocabulary()) for one in others]
            st.caption(learned_from_all_text(name, named))
        return
    st.markdown(f"**Its gravest mistakes**, {session_state.wording('held out')}")
    places = label_percentiles(held.ratings)
    with st.container(key="mistakes"):
        grid = st.grid(MISTAKES, min_column_width=190)
        for first, second in pairs.tolist():
            with grid.cell():
                pictures = "".join(_picture(index, row) for row in (first, second))
                st.html(f'<div class="mistake">{pictures}</div>')
                query = {
                    "first": photo_query(index.photo(first))["photo"],
                    "second": photo_query(index.photo(second))["photo"],
                }
                text = mistake_text(places, (first, second), name, index.name)
                page_link("compare", text, query)


def _picture(index: Index, row: int) -> str:
    photo = index.photo(row)
    return f'<img src="{thumbnail_address(index, photo)}" alt="{escape(alt_text(photo))}">'
