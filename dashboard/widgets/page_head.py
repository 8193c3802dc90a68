"""Head of a page: title, controls, and picker of the photo index, in one row."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.formatting import plain
from dashboard.models.words import MODE_HELP, MODES
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.photo_grid import page_link
from dashboard.widgets.way_in import add_photos
from photorank.errors import counted
from photorank.index.opened import Index

MOST_LETTERS = 64  # of a name in an address
# Kept by the browser, so that a person need not choose again; it says nothing else of anybody.
KEEP_WORDS = (
    '<script>document.cookie = "{name}={mode}; path=/; max-age=31536000; SameSite=Strict"</script>'
)


def open_page(title: str, *, lab: bool = False) -> tuple[Index, DeltaGenerator]:
    """Show a page's head; return the selected index of photos and the container for controls.

    A page of the Lab speaks as statisticians do, whatever was chosen.
    """
    session_state.note_page(title, lab=lab)
    names = index_data.index_names()
    if unknown := session_state.unknown_in_address("index", names):
        _show_unknown_index(unknown)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head"):
        st.title(title, anchor=False, width="content")
        bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar")
        where = st.container(
            horizontal=True, vertical_alignment="center", gap="small", key="where", width="content"
        )
        with where:
            name = pickers.index_picker(names)
    with show_errors(_cannot_be_opened):
        index = index_data.index(name)
        n = len(index)  # what cannot be read is told here
    with where, st.popover("About", icon=":material/info:", key="about", type="tertiary"):
        _about(index, n)
    return index, bar


def _cannot_be_opened(told: str) -> None:
    """Show why a photo index cannot be opened, and the button for adding its photos again."""
    st.info(told)
    add_photos.add_button()


def _show_unknown_index(name: str) -> None:
    """Show that the URL names a photo index that does not exist, and end the page."""
    session_state.forget_for_next_page("index")
    st.title("No such collection", anchor=False)
    st.markdown(
        f"There is no collection called **{plain(name[:MOST_LETTERS])}**. It may have been renamed "
        "or removed, or the address was mistyped."
    )
    page_link("home", "Home", icon=":material/home:")
    st.stop()


def _about(index: Index, n: int) -> None:
    """Show facts about a photo index, and the switch between plain and statistical vocabulary."""
    st.caption(
        f"**{plain(index.name)}** · {counted(n, 'photo')} · encoder "
        f"`{index.manifest.encoder}`, framing `{index.fingerprint.framing}`, "
        f"{index.manifest.dimensions:,} dimensions"
    )
    mode = session_state.chosen_vocabulary()
    st.segmented_control(
        "Words of the pages",
        list(MODES),
        format_func=MODES.__getitem__,
        default=mode,
        required=True,
        key="words",
        on_change=session_state.record_vocabulary,
        help=MODE_HELP,
    )
    if session_state.vocabulary_was_chosen():
        st.html(
            KEEP_WORDS.format(name=session_state.WORDS_COOKIE, mode=mode),
            unsafe_allow_javascript=True,
        )
