"""Widgets of the page Compare: choice of two photos, and which of them is probably better."""

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.cache import encoder_results, index_data, photo_images, search_and_map
from dashboard.cache import vector_ratings as cached
from dashboard.component.photo_view import (
    GridStyle,
    SidePhoto,
    grid_photos,
    indexed_photo,
    photo_grid,
    uploaded_photo,
)
from dashboard.formatting import error_text
from dashboard.models import two_photos
from dashboard.models.words import vector_name
from dashboard.widgets.photo_picker import UPLOAD_HELP, UPLOAD_LIMIT, PickedPhoto
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.rating.rate_photo import index_slope
from photorank.typing import Embeddings
from photorank.vectors.master import MasterVector

HOW_TO_PICK = "Choose two by a click on each, or upload two."
ANY_ROW_PX = 150  # height of a row of photos to pick from


class Pair:
    """Two photos chosen on the page Compare; one or both may still be missing."""

    def __init__(self) -> None:
        self.picked: list[PickedPhoto] = []
        self.shown: list[SidePhoto] = []

    @property
    def is_complete(self) -> bool:
        """True if both photos are chosen."""
        return len(self.picked) == len(session_state.PAIR)

    def swap(self) -> None:
        """Exchange the first photo and the second."""
        self.picked.reverse()
        self.shown.reverse()


def ask_pair(index: Index, place: DeltaGenerator) -> Pair:
    """Show the upload field; return up to two photos, uploaded or named in the URL."""
    uploads = place.file_uploader(
        "Upload two photos",
        type=sorted(suffix[1:] for suffix in PHOTO_SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=UPLOAD_LIMIT,
        help=UPLOAD_HELP,
        key="upload",
    )
    pair, waiting = Pair(), list(uploads[-len(session_state.PAIR) :])
    rows = [_row(index, name, place) for name in session_state.PAIR]
    free = sum(row is None for row in rows)
    for which, row in zip(session_state.PAIR, rows, strict=True):
        # An upload takes a place that is free, or the first ones where none is.
        take = bool(waiting) and (row is None or len(waiting) > free)
        if take:
            free -= row is None
            file = waiting.pop(0)
            _add_upload(pair, index, which, (printable(file.name), file.getvalue()), place)
        elif row is not None:
            _add_row(pair, index, which, row, place)
    return pair


def _row(index: Index, name: str, place: DeltaGenerator) -> int | None:
    token = session_state.photo_in_address(name)
    row = search_and_map.row_of_digest(index, token)
    if token and row is None:
        place.warning("The photo that this address names is not in this collection.")
    return row


def _add_upload(
    pair: Pair, index: Index, which: str, file: tuple[str, bytes], place: DeltaGenerator
) -> None:
    name, data = file
    try:
        embedding = encoder_results.embedding(index, data)
        photo_images.large(data)  # what cannot be decoded is told here, and not by the browser
    except PhotorankError as error:
        place.error(f"The {which} photo: {error_text(error)}", icon=":material/broken_image:")
        return
    pair.picked.append(PickedPhoto(embedding, place.container(), place, data))
    pair.shown.append(uploaded_photo(name, data))


def _add_row(pair: Pair, index: Index, which: str, row: int, place: DeltaGenerator) -> None:
    embedding = index.embeddings_of([row])[0]
    pair.picked.append(PickedPhoto(embedding, place.container(), place, row))
    pair.shown.append(indexed_photo(index, row))


@st.fragment
def pick_two(index: Index, vector: MasterVector) -> None:
    """Show a grid of all photos, in which the user selects the two to compare."""
    ratings = cached.ratings(index, vector)
    rows = np.argsort(-ratings, kind="stable")
    photos = grid_photos(index, rows, cached.percentiles(index, vector))
    compare = {"compare": "Compare these"}
    style = GridStyle(
        "Photos to compare", height=ANY_ROW_PX, actions=compare, picks=len(session_state.PAIR)
    )
    act = photo_grid("pick", photos, style)
    if act is not None and act.rows:
        for name, row in zip(session_state.PAIR, act.rows, strict=False):
            session_state.put_photo_in_address(name, index.photo(row).digest)
        session_state.set_photo_chooser(wanted=False)
        st.rerun()


def show_verdict(index: Index, vector: MasterVector, pair: Pair) -> None:
    """Show the probability that each of two photos is better, according to every rating vector."""
    mode, ratings = session_state.vocabulary(), cached.ratings(index, vector)
    both = np.stack([one.embedding for one in pair.picked])
    verdict = two_photos.verdict(vector, both, index_slope(index, vector, ratings), ratings, mode)
    st.container(key="verdict").markdown(verdict.sentence)
    for column, which, chance, fact in zip(
        st.columns(2), ("First", "Second"), verdict.chances, verdict.facts, strict=True
    ):
        column.metric(f"{which} is better", chance)
        column.caption(fact)
    st.html(_probability_bar(verdict))
    st.caption(verdict.trust)
    known = index_data.vectors(index)
    others = {vector.name: vector} | dict(known)
    with st.container(key="opinions"):
        st.html(_probability_table(index, others, both))


def _probability_bar(verdict: two_photos.Verdict) -> str:
    """HTML of a bar split into two probabilities, the greater one in the accent colour."""
    leader = " to-second" if verdict.probability < 0.5 else ""
    return (
        f'<div class="share balance{leader}" role="img" aria-label="{escape(verdict.summary)}">'
        f'<i style="width:{100 * verdict.probability:.1f}%"></i></div><div class="ends" '
        'aria-hidden="true"><span>first</span><span>even chance</span><span>second</span></div>'
    )


def _probability_table(index: Index, vectors: Mapping[str, MasterVector], both: Embeddings) -> str:
    """HTML table with the probability, by each rating vector, that the first photo is better."""
    mode, rows = session_state.vocabulary(), []
    for name, vector in vectors.items():
        ratings = cached.ratings(index, vector)
        slope = index_slope(index, vector, ratings)
        found = two_photos.verdict(vector, both, slope, ratings, mode)
        rows.append(
            f'<tr><th scope="row">{escape(printable(vector_name(name, mode)))}</th>'
            f'<td><div class="share"><i style="width:{100 * found.probability:.1f}%"></i></div>'
            f"</td><td>{escape(found.chances[0])}</td></tr>"
        )
    by = session_state.wording("vector").capitalize()
    return (
        f'<div class="longer" tabindex="0" role="group" aria-label="Every {by.lower()}">'
        f'<table class="opinions"><thead><tr><th scope="col">{by}</th>'
        f'<th scope="col" colspan="2">First is better</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
