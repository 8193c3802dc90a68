"""Table on the page Encoders, with its title above it."""

import pandas as pd
import streamlit as st

from dashboard.models.results.encoder_tables import WIDTHS_PX
from photorank.leaderboard.tables import Table


def show_table(table: Table, *, title: bool = True) -> None:
    """Show a table with numbers aligned at the right; if the table has no rows, show nothing."""
    if not table.rows:
        return
    if title:
        st.markdown(f"**{table.title}**")
    st.dataframe(
        pd.DataFrame(table.rows, columns=list(table.columns)),
        hide_index=True,
        height="content",
        width="content",
        column_config={
            name: st.column_config.TextColumn(
                width=WIDTHS_PX[name], alignment="left" if place < table.n_words else "right"
            )
            for place, name in enumerate(table.columns)
        },
    )
