"""Widgets of the page Search: the text field, and the found photos, page by page."""

from collections.abc import Sequence

import streamlit as st

from dashboard import session_state
from dashboard.cache import vector_ratings
from dashboard.models.photo_tiles import PAGE, percentile_text, short_number, tile_of
from dashboard.models.search import EXAMPLES, WAYS, Found
from dashboard.widgets import photo_grid
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector


def show_found(index: Index, vector: MasterVector, found: Found, what: str, key: str) -> None:
    """Show found photos page by page, with links to similar photos and buttons to pin them.

    `what` says which photos they are and in which order; `key` names what was looked for: with
    another, the first page is shown.
    """
    if not len(found.rows):
        st.info("No photo is here.", icon=":material/filter_alt:")
        return
    st.markdown(f"**{counted(len(found.rows), 'photo')}** {what}.")
    grid = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        page = photo_grid.page_of(len(found.rows), PAGE, f"found-{index.name}-{key}")
        rows = found.rows[page].tolist()
        digests = [index.photo(row).digest for row in rows]
        these = f"these {len(rows)}" if len(rows) > 1 else "it"
        _pin_button(index, digests, (f"Pin {these} to the album", f"Unpin {these}"), key)
        photo_grid.page_link("album", "To the album", icon=":material/photo_album:")
    percentiles = vector_ratings.percentiles(index, vector)
    tiles = []
    for place, row in enumerate(rows, page.start):
        caption = f"**better than {percentile_text(percentiles[row])}**"
        if found.similarities is not None:
            similarity = short_number(found.similarities[place])
            caption += f"  \n:small[:gray[similarity {similarity}]]"
        tiles.append(tile_of(index, row, caption, linked=True))

    def more_and_pin(place: int) -> None:
        like = {"by": WAYS["photo"], "like": session_state.photo_token(digests[place])}
        photo_grid.page_link("search", "More like it", like, ":material/image_search:")
        _pin_button(index, [digests[place]], ("Pin", "Unpin"))

    with grid:
        photo_grid.photo_grid("found", tiles, below=more_and_pin)


def _pin_button(
    index: Index, digests: Sequence[str], names: tuple[str, str], page: str = ""
) -> None:
    """Show the button that pins photos, or unpins them if all are pinned."""
    marks = session_state.album_marks(index.name)
    pinned = all(marks.get(digest) == "pin" for digest in digests)
    st.button(
        names[pinned],
        icon=":material/push_pin:" if page else None,
        key=f"pin-{page}-{digests[0]}",
        type="secondary" if page else "tertiary",
        on_click=session_state.pin_photos,
        args=[index.name, digests, not pinned],
    )


def ask_words() -> str:
    """Show the search text field; without a text, show examples and stop drawing the page."""
    text = st.text_input(
        "What is on the photo", key="q", bind="query-params", placeholder="children at the beach"
    )
    if not text.strip():
        st.info("Say what is on the photos you look for.", icon=":material/search:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("For example", width="content")
            for example in EXAMPLES:
                set_words = session_state.set_text
                st.button(example, on_click=set_words, args=["q", example], type="tertiary")
        st.stop()
    return text
