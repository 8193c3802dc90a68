"""Session and URL state that no widget owns: links taken along, album marks, map area, pairs."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.charts.map_chart import BRUSH
from dashboard.models.photo_map import box_of_selection, box_text
from photorank.index.opened import Index

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from dashboard.models.label_session import PairQueue

MARKS_IN_ADDRESS = 60  # photos at most: a longer address is cut off by mail programs
TOKEN_DIGITS = 12  # of a digest, which tell a photo from all others
MARKS = ("pin", "ban")
# Parameters that a link takes along, by the widget's key. The widget's own parameter belongs to
# the page that it is on, and Streamlit drops it on the way to another.
TAKEN_ALONG = {"index": "in", "vector": "along"}


def photo_token(digest: str) -> str:
    """Return how an address names a photo."""
    return digest[:TOKEN_DIGITS]


def link_query(query: Mapping[str, str]) -> dict[str, str]:
    """Query of a link to another page: the same index and vector, and more."""
    state = st.session_state
    along = {name: state[key] for key, name in TAKEN_ALONG.items() if state.get(key)}
    return along | dict(query)


def note_page(page: str) -> None:
    """Note which page is drawn, and whether it is another one than before."""
    state = st.session_state
    state["turned"], state["page"] = state.get("page") != page, page


def set_from_link(key: str, options: Collection[str]) -> None:
    """Set a widget, before it is drawn, to what a link took along, if it is an option here.

    The address keeps saying it, for it may be shared, until the user chooses
    (:func:`forget_link`). Where nothing was taken along, it is as it was on the page before.
    """
    state, brought = st.session_state, st.query_params.get(TAKEN_ALONG[key])
    if st.query_params.get(key) in options:  # written by hand: the widget's own words say more
        brought = st.query_params[key]
    if brought is None and key not in st.query_params and state["turned"]:
        brought = state.get(TAKEN_ALONG[key])
    if brought in options:
        state[key] = brought


def unknown_in_address(key: str, options: Collection[str]) -> str:
    """Return what the address asks a widget for and is no option, before it is drawn; else ""."""
    wanted = (st.query_params.get(name, "") for name in (key, TAKEN_ALONG[key]))
    return next((str(one) for one in wanted if one and one not in options), "")


def keep_for_next_page(key: str, value: str) -> None:
    """Remember what a widget was set to, for the next page."""
    st.session_state[TAKEN_ALONG[key]] = value


def forget_link(key: str) -> None:
    """Forget what a link took along for a widget: the user has chosen."""
    st.query_params.pop(TAKEN_ALONG[key], None)


def photo_in_address(name: str) -> str:
    """Return what the address says of a photo: the first digits of its digest, "" for nothing."""
    return str(st.query_params.get(name, ""))


def put_photo_in_address(name: str, digest: str | None) -> None:
    """Let the address say which photo is shown, so that it can be shared; None for none."""
    _put(name, "" if digest is None else photo_token(digest))


def choose_two_at_random(index: Index) -> None:
    """Let the address name two different photos, drawn at random."""
    rows = np.random.default_rng().choice(len(index), 2, replace=False).tolist()
    for name, row in zip(("first", "second"), rows, strict=True):
        put_photo_in_address(name, index.photo(row).digest)


def widget_value(key: str) -> int | None:
    """Return what a widget is set to, for the function that it calls when it changes."""
    value: int | None = st.session_state[key]
    return value


def set_text(key: str, text: str) -> None:
    """Put a text into a field, as if it had been typed."""
    st.session_state[key] = text


def pair_queue(*place: str) -> "PairQueue":
    """Queue of pairs of one place in this session: index, person, vector, kind of pairs."""
    from dashboard.models.label_session import PairQueue

    queues: dict[tuple[str, ...], PairQueue] = st.session_state.setdefault("pairs", {})
    return queues.setdefault(place, PairQueue())


def map_area() -> str:
    """Part of the map that is selected, as it stands in the address."""
    return str(st.session_state.get("area", st.query_params.get("area", "")))


def draw_area_anew() -> None:
    """Have the map drawn with the selected part: a chart would lose a box that the mouse drew."""
    st.session_state["area-drawn"] = map_area()


def drawn_area() -> str:
    """Map area to draw: the one selected at page load, or in the number fields."""
    if st.session_state["turned"] or "area-drawn" not in st.session_state:
        draw_area_anew()
    return str(st.session_state["area-drawn"])


def select_area(chart: str) -> None:
    """Select what the mouse drew on a map."""
    selection = st.session_state[chart].selection.get(BRUSH, {})
    st.session_state["area"] = box_text(box_of_selection(selection))


def album_marks(index: str) -> dict[str, str]:
    """Photos that this session wants in an album (pin) or not (ban), by digest."""
    every: dict[str, dict[str, str]] = st.session_state.setdefault("marks", {})
    return every.setdefault(index, {})


def read_marks_in_address(index: Index) -> None:
    """Apply the pins and bans of the page's URL, once a session."""
    read = st.session_state.setdefault("read", set())
    if index.name in read:
        return
    read.add(index.name)
    wanted = {
        token: how
        for how in MARKS
        for token in photo_in_address(how).split(",")
        if len(token) == TOKEN_DIGITS
    }
    if wanted and not album_marks(index.name):
        for digest in index.digests():
            if (how := wanted.get(photo_token(digest))) is not None:
                mark_photo(index.name, digest, how)


def put_marks_in_address(index: str) -> None:
    """Let the address say which photos are pinned and banned, if they are not too many."""
    marks = album_marks(index)
    for how in MARKS:
        tokens = [photo_token(digest) for digest, one in marks.items() if one == how]
        _put(how, ",".join(tokens) if len(marks) <= MARKS_IN_ADDRESS else "")


def pin_photos(index: str, digests: Sequence[str], wanted: bool) -> None:
    """Pin several photos, or unpin them."""
    for digest in digests:
        mark_photo(index, digest, "pin" if wanted else None)


def mark_photo(index: str, digest: str, how: str | None) -> None:
    """Pin or ban a photo, or neither."""
    if how is None:
        album_marks(index).pop(digest, None)
    else:
        album_marks(index)[digest] = how


def _put(name: str, value: str) -> None:
    """Let the address say something; "" takes it out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
