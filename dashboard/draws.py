"""What a session remembers that is no widget: the pair drawn at random, and pairs to label."""

import numpy as np
import streamlit as st

from dashboard.labelling import Desk


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


def marks(index: str) -> dict[str, str]:
    """Return the photos that this session wants in an album (pin) or not (ban), by digest."""
    every: dict[str, dict[str, str]] = st.session_state.setdefault("marks", {})
    return every.setdefault(index, {})


def mark(index: str, digest: str, how: str | None) -> None:
    """Pin or ban a photo, or neither."""
    if how is None:
        marks(index).pop(digest, None)
    else:
        marks(index)[digest] = how
