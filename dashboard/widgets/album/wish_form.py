"""Form with the settings of a new album, at the top of the page Album."""

from typing import NamedTuple

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.models import album
from dashboard.models.album import SliderSetting, nearest_words
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.album.face_quota import FaceQuota
from photorank.album.request import BALANCE, PER, AlbumRequest
from photorank.index.opened import Index
from photorank.similarity.series import THRESHOLD
from photorank.vectors.master import MasterVector

MOST = 1e6  # photos, more than any album has places
PLACES = 24  # of an album, until others are asked for
AT_MOST = 3  # photos of each part of an album, likewise


class Wish(NamedTuple):
    """Settings that the user entered for a new album, apart from pinned and banned photos."""

    vector: MasterVector
    request: AlbumRequest
    alike: float  # cosine of the shots of one moment

    @property
    def n_photos(self) -> int:
        """Number of photos that the album should have, as the user entered it."""
        return self.request.places


def default_wish(vector: MasterVector) -> Wish:
    """Default settings for a new album."""
    return Wish(vector, AlbumRequest(PLACES, BALANCE, at_most=AT_MOST), THRESHOLD)


def ask_wish(index: Index) -> Wish:
    """Show the settings form of a new album; return the settings that the user entered."""
    vector = pickers.vector_picker(index)
    with show_errors():
        groups = index_data.labels(index).group_names
    # Not of the type int, for which an address that asks for 1e309 places ends in an error.
    places = st.number_input(
        "Places", 0.0, MOST, float(PLACES), 1.0, "%.0f", key="places", bind="query-params",
        width=150, label_visibility="collapsed", icon=":material/photo_library:",
    )  # fmt: skip
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        group = pickers.group_picker(groups, "group")
        balance = _setting_slider(album.VARIETY, "balance", (0.0, 1.0, 0.05), BALANCE)
        alike = _setting_slider(album.ALIKE, "alike", (0.7, 1.0, 0.01), THRESHOLD)
        limits = album.limits(session_state.vocabulary())
        limit = st.selectbox("Limit", list(limits), format_func=limits.__getitem__, key="per")
        at_most = AT_MOST
        if limit != "none":
            at_most = st.number_input(
                "Photos at most", 1, int(MOST), at_most, key="most", persist_state="session"
            )
        with_faces = (
            _face_quota_fields() if limit == "none" and index_data.faces(index).by_row else None
        )
    request = AlbumRequest(
        int(places),
        balance,
        None if group is None else groups[group],
        per=next((per for per in PER if per == limit), None),
        at_most=int(at_most),
        with_faces=with_faces,
    )
    return Wish(vector, request, alike)


def _setting_slider(
    degree: SliderSetting, key: str, scale: tuple[float, float, float], otherwise: float
) -> float:
    """Show a setting's slider, labelled with words or numbers; return the number it is set to."""
    mode, before = session_state.vocabulary(), session_state.number_kept(key)
    label, about = degree.label[mode], degree.help[mode]
    least, most, step = scale
    if mode == "statistics":
        if before is not None:
            session_state.begin_widget(key, min(max(before, least), most))
        value = float(
            st.slider(label, least, most, otherwise, step, key=key, help=about, bind="query-params")
        )
    else:
        numbers, own = {word: number for number, word in degree.words.items()}, f"{key}-word"
        if before is not None:
            session_state.begin_widget(own, nearest_words(degree, before))
        first = nearest_words(degree, otherwise)
        chosen = st.select_slider(
            label, list(numbers), first, key=own, help=about, bind="query-params"
        )
        value = numbers[str(chosen)]
    session_state.keep_number(key, value)
    return value


def _face_quota_fields() -> FaceQuota | None:
    """Show fields for limits on the number of photos with faces; return None if no limit is set."""
    least = st.number_input("With a face, at least", 0, int(MOST), 0, key="least-faces")
    most = st.number_input(
        "With a face, at most", 0, int(MOST), None, key="most-faces", placeholder="any number"
    )
    if most is None:
        return FaceQuota(least) if least else None
    return FaceQuota(least, max(least, most))
