"""What a session and its address remember that is no widget: photos, marks, pairs to label."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.charts.map_chart import BRUSH
from dashboard.models.photo_map import as_text, brushed
from photorank.index.opened import Index

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from dashboard.models.labelling import Desk

MARKED = 60  # photos that an address names at most: a longer one is cut off by mail programs
DIGITS = 12  # of a digest, which tell a photo from all others
MARKS = ("pin", "ban")
# What a link takes along, by the widget's key. The widget's own name in the address belongs to the
# page that it is on, and Streamlit drops it on the way to another.
ALONG = {"index": "in", "vector": "along"}


def token(digest: str) -> str:
    """Return how an address calls a photo."""
    return digest[:DIGITS]


def address(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what the address of another page asks for: the same index and vector, and more."""
    state = st.session_state
    return {name: state[key] for key, name in ALONG.items() if state.get(key)} | dict(asked)


def turn(page: str) -> None:
    """Note which page is drawn, and whether it is another one than before."""
    state = st.session_state
    state["turned"], state["page"] = state.get("page") != page, page


def arrive(key: str, options: Collection[str]) -> None:
    """Set a widget, before it is drawn, to what a link took along, if it is an option here.

    The address keeps saying it, for it may be shared, until the user chooses (:func:`leave`).
    Where nothing was asked for, it is as it was on the page before.
    """
    state, brought = st.session_state, st.query_params.get(ALONG[key])
    if st.query_params.get(key) in options:  # written by hand: the widget's own words say more
        brought = st.query_params[key]
    if brought is None and key not in st.query_params and state["turned"]:
        brought = state.get(ALONG[key])
    if brought in options:
        state[key] = brought


def missed(key: str, options: Collection[str]) -> str:
    """Return what the address asks a widget for, before it is drawn, and is no option; else ""."""
    wanted = (st.query_params.get(name, "") for name in (key, ALONG[key]))
    return next((str(one) for one in wanted if one and one not in options), "")


def stay(key: str, value: str) -> None:
    """Remember what a widget was set to, for the next page."""
    st.session_state[ALONG[key]] = value


def leave(key: str) -> None:
    """Forget what a link took along for a widget: the user has chosen."""
    st.query_params.pop(ALONG[key], None)


def asked(name: str) -> str:
    """Return what the address says of a photo: the first digits of its digest, "" for nothing."""
    return str(st.query_params.get(name, ""))


def tell(name: str, digest: str | None) -> None:
    """Let the address say which photo is shown, so that it can be shared; None for none of them."""
    if digest is not None:
        st.query_params[name] = token(digest)
    else:
        st.query_params.pop(name, None)


def draw(index: Index) -> None:
    """Draw two different photos."""
    drawn = np.random.default_rng().choice(len(index), 2, replace=False).tolist()
    for name, row in zip(("first", "second"), drawn, strict=True):
        tell(name, index.photo(row).digest)


def value(key: str) -> int | None:
    """Return what a widget is set to, for the function that it calls when it changes."""
    found: int | None = st.session_state[key]
    return found


def fill(key: str, text: str) -> None:
    """Put a text into a field, as if it had been typed."""
    st.session_state[key] = text


def desk(*place: str) -> "Desk":
    """Return what this session has before it at one place: index, person, kind of pairs."""
    from dashboard.models.labelling import Desk

    desks: dict[tuple[str, ...], Desk] = st.session_state.setdefault("desks", {})
    return desks.setdefault(place, Desk())


def area() -> str:
    """Return the part of the map that is selected, as it stands in the address."""
    return str(st.session_state.get("area", st.query_params.get("area", "")))


def begin_area() -> None:
    """Draw the selected part of the map anew: a chart would lose a box that is drawn by mouse."""
    st.session_state["area-begun"] = area()


def begun_area() -> str:
    """Return the part of the map that was selected when the page was opened, or by numbers."""
    if st.session_state["turned"] or "area-begun" not in st.session_state:
        begin_area()
    return str(st.session_state["area-begun"])


def brush(chart: str) -> None:
    """Select what was drawn on a map with the mouse."""
    st.session_state["area"] = as_text(brushed(st.session_state[chart].selection.get(BRUSH, {})))


def marks(index: str) -> dict[str, str]:
    """Return the photos that this session wants in an album (pin) or not (ban), by digest."""
    every: dict[str, dict[str, str]] = st.session_state.setdefault("marks", {})
    return every.setdefault(index, {})


def recall(index: Index) -> None:
    """Mark, once a session, the photos that the address wants in an album or not."""
    recalled = st.session_state.setdefault("recalled", set())
    if index.name in recalled:
        return
    recalled.add(index.name)
    wanted = {
        digits: how for how in MARKS for digits in asked(how).split(",") if len(digits) == DIGITS
    }
    if wanted and not marks(index.name):
        for digest in index.digests():
            if (how := wanted.get(token(digest))) is not None:
                mark(index.name, digest, how)


def tell_marks(index: str) -> None:
    """Let the address say which photos are pinned and banned, if they are not too many."""
    known = marks(index)
    for how in MARKS:
        named = [token(digest) for digest, one in known.items() if one == how]
        if named and len(known) <= MARKED:
            st.query_params[how] = ",".join(named)
        else:
            st.query_params.pop(how, None)


def pin(index: str, digests: Sequence[str], wanted: bool) -> None:
    """Pin several photos, or unpin them."""
    for digest in digests:
        mark(index, digest, "pin" if wanted else None)


def mark(index: str, digest: str, how: str | None) -> None:
    """Pin or ban a photo, or neither."""
    if how is None:
        marks(index).pop(digest, None)
    else:
        marks(index)[digest] = how
