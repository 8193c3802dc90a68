"""The pair of photos drawn at random: the one thing a session remembers that is no widget."""

import numpy as np
import streamlit as st


def draw(n: int) -> None:
    """Draw two different photos of n."""
    first, second = np.random.default_rng().choice(n, 2, replace=False).tolist()
    st.session_state["drawn"] = (first, second)


def drawn() -> tuple[int, int] | tuple[None, None]:
    """Return the rows drawn last, if any were."""
    return st.session_state.get("drawn", (None, None))
