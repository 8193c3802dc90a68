"""Head of a page: title, controls, and picker of the collection, in one row."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.formatting import plain
from dashboard.models.words import MODE_HELP, MODES
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.errors import counted
from photorank.index.opened import Index

# Kept by the browser, so that a person need not choose again; it says nothing else of anybody.
KEEP_WORDS = (
    '<script>document.cookie = "{name}={mode}; path=/; max-age=31536000; SameSite=Strict"</script>'
)


def open_page(title: str, *, lab: bool = False) -> tuple[Index, DeltaGenerator]:
    """Show the head of a page; return the selected index and the row for controls.

    A page of the Lab speaks as statisticians do, whatever was chosen.
    """
    session_state.note_page(title, lab=lab)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        st.title(title, anchor=False, width="content")
        bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar")
        where = st.container(
            horizontal=True, vertical_alignment="center", gap="small", key="where", width="content"
        )
        with where:
            name = pickers.index_picker(index_data.index_names())
            with show_errors():
                index = index_data.index(name)
            with st.popover("About", icon=":material/info:", key="about", type="tertiary"):
                _about(index)
    return index, bar


def _about(index: Index) -> None:
    """Show facts about a collection, and the switch of vocabularies."""
    st.caption(
        f"**{plain(index.name)}** · {counted(len(index), 'photo')} · encoder "
        f"`{index.manifest.encoder}`, framing `{index.fingerprint.framing}`, "
        f"{index.manifest.dimensions:,} dimensions"
    )
    mode = session_state.chosen_words()
    st.segmented_control(
        "Words of the pages",
        list(MODES),
        format_func=MODES.__getitem__,
        default=mode,
        required=True,
        key="words",
        on_change=session_state.choose_words,
        help=MODE_HELP,
    )
    if session_state.words_to_keep():
        st.html(
            KEEP_WORDS.format(name=session_state.WORDS_COOKIE, mode=mode),
            unsafe_allow_javascript=True,
        )
