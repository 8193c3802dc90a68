"""Sentence on the faces of an indexed photo and, on request, boxes around them."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.cache import index_data, photo_images
from photorank.index.opened import Index
from photorank.photos.faces import boxes

SHOWN = "faces-shown"


def show_faces(index: Index, row: int, words: DeltaGenerator, frame: DeltaGenerator) -> None:
    """Show a sentence about a photo's faces and, on request, the photo with a box around each face.

    `words` and `frame` are the containers of the sentence and of the photo.
    """
    faces = index_data.faces(index).by_row.get(row)
    if not faces:
        return
    words.caption(boxes.sentence(faces))
    shown = st.session_state.get(SHOWN, False)
    words.button(
        "Hide faces" if shown else "Show faces",
        key="show-faces",
        icon=":material/face:",
        shortcut="F",
        on_click=_turn,
    )
    if shown:
        picture = boxes.drawn(photo_images.picture(index, row), faces)
        frame.image(picture, width="stretch", alt="the photo with boxes around its faces")


def _turn() -> None:
    st.session_state[SHOWN] = not st.session_state.get(SHOWN, False)
