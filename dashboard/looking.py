"""The section Looking closer: one look at a time, chosen by the user."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import close_charts, closer, components, measures
from dashboard.closer import Panel


def look_closer(looks: Mapping[str, Sequence[Panel]], stem: str) -> None:
    """Let the user choose a look, and show its charts, each with its words and its numbers."""
    if not looks:
        return
    st.subheader("Looking closer", anchor=False)
    labels = {name: closer.LABELS[name] for name in looks}
    panels = looks[components.choice("What to look at", labels, "look")]
    for place, panel in zip(st.columns(len(panels), gap="large"), panels, strict=True):
        place.altair_chart(close_charts.drawn(panel), key=f"look-{panel.name}", alt=panel.title)
        place.caption(panel.reading)
        place.download_button(
            "As CSV",
            panel.csv,
            f"{stem}-{panel.name}.csv",
            "text/csv",
            key=f"csv-{panel.name}",
            help=measures.PNG_HELP,
        )
