"""Spreads of a saved album as its book plans them, with photos to move and mark."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import session_state
from photorank.typing import Json

_HERE = Path(__file__).parents[2] / "component"
_mount = st.components.v2.component(
    "photorank_spreads",
    html='<div id="spreads"></div>',
    css=(_HERE / "spreads.css").read_text(encoding="utf-8"),
    js=(_HERE / "spreads.js").read_text(encoding="utf-8"),
)


def show_spreads(
    key: str, spreads: Sequence[Json], size: tuple[float, float], on_act: Callable[[Any], None]
) -> None:
    """Show spreads, and call `on_act` for a button press before the next run."""
    _mount(
        key=key,
        data={"spreads": list(spreads), "size": list(size)},
        on_act_change=lambda: on_act(session_state.component_act(key)),
    )
