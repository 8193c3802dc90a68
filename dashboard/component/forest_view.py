"""Forest plot of rating vectors with confidence intervals, in which one row can be selected."""

from pathlib import Path

import streamlit as st

from dashboard.models.results.forest import Forest, forest_data

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "photorank_forest",
    html='<div id="root"></div>',
    css=(_HERE / "forest.css").read_text(encoding="utf-8"),
    js=(_HERE / "forest.js").read_text(encoding="utf-8"),
)


def show_forest(
    key: str,
    forest: Forest,
    *,
    chosen: str | None = None,
    small: bool = False,
    fixed: bool = False,
) -> str | None:
    """Show a forest plot of confidence intervals; return the name of its selected row, or None.

    `small` leaves out all but names, marks and values; of a `fixed` one no row can be selected.
    """
    data = forest_data(forest) | {"chosen": chosen, "small": small, "fixed": small or fixed}
    return _mount(key=key, data=data, on_chosen_change=lambda: None).chosen
