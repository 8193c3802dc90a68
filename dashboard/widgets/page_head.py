"""Head of a page: its title, and the index that it shows."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.errors import counted
from photorank.index.opened import Index


def open_index(title: str) -> Index:
    """Show a page's title, let the user choose among several indexes, and open one."""
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
