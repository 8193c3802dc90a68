"""What a session remembers that is no widget: the pair drawn at random, and pairs to label."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.labelling import Desk
from dashboard.map_chart import BRUSH
from dashboard.mapping import as_text, brushed


def draw(n: int) -> None:
    """Draw two different photos of n."""
    first, second = np.random.default_rng().choice(n, 2, replace=False).tolist()
    st.session_state["drawn"] = (first, second)


def drawn() -> tuple[int, int] | tuple[None, None]:
    """Return the rows drawn last, if any were."""
    return st.session_state.get("drawn", (None, None))


def value(key: str) -> int | None:
    """Return what a widget is set to, for the function that it calls when it changes."""
    found: int | None = st.session_state[key]
    return found


def desk(*place: str) -> Desk:
    """Return what this session has before it at one place: index, person, kind of pairs."""
    desks: dict[tuple[str, ...], Desk] = st.session_state.setdefault("desks", {})
    return desks.setdefault(place, Desk())


def area() -> str:
    """Return the part of the map that is selected, as it stands in the address."""
    return str(st.session_state.get("area", st.query_params.get("area", "")))


def brush(chart: str) -> None:
    """Select what was drawn on a map with the mouse."""
    st.session_state["area"] = as_text(brushed(st.session_state[chart].selection.get(BRUSH, {})))


def like() -> str:
    """Return the first digits of the digest of the photo that an address asks for."""
    return str(st.query_params.get("like", ""))


def marks(index: str) -> dict[str, str]:
    """Return the photos that this session wants in an album (pin) or not (ban), by digest."""
    every: dict[str, dict[str, str]] = st.session_state.setdefault("marks", {})
    return every.setdefault(index, {})


def pin(index: str, digests: Sequence[str]) -> None:
    """Pin several photos."""
    marks(index).update(dict.fromkeys(digests, "pin"))


def mark(index: str, digest: str, how: str | None) -> None:
    """Pin or ban a photo, or neither."""
    if how is None:
        marks(index).pop(digest, None)
    else:
        marks(index)[digest] = how
