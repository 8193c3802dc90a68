"""Head of a page: title and index picker."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.errors import counted
from photorank.index.opened import Index


def open_index(title: str) -> Index:
    """Show a page's title and the index picker; returns the chosen index, opened."""
    session_state.note_page(title)
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(title, anchor=False, width="stretch")
        name = pickers.index_picker(index_data.index_names())
    with show_errors():
        index = index_data.index(name)
    st.caption(
        f"{counted(len(index), 'photo')} in index `{name}` · encoder `{index.manifest.encoder}`, "
        f"framing `{index.fingerprint.framing}`"
    )
    return index
