"""Search as pieces of pages: the words, and the photos that were found, a page at a time."""

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
    """Show photos a page at a time, each with a way to more like it, and pin the page's photos.

    `what` says which photos they are and in which order; `key` names what was looked for: with
    another, the first page is shown.
    """
    if not len(found.rows):
        st.info("No photo is here.", icon=":material/filter_alt:")
        return
    st.markdown(f"**{counted(len(found.rows), 'photo')}** {what}.")
    grid = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        number = st.pagination(
            -(-len(found.rows) // PAGE),
            key=f"found-{index.name}-{key}",
            width=photo_grid.PAGER_WIDTH,
            persist_state="session",
        )
        page = found.page(number, PAGE)
        digests = [index.photo(row).digest for row in page.rows.tolist()]
        marks = session_state.album_marks(index.name)
        pinned = all(marks.get(one) == "pin" for one in digests)
        these = f"these {len(digests)}" if len(digests) > 1 else "it"
        st.button(
            f"Unpin {these}" if pinned else f"Pin {these} to the album",
            icon=":material/push_pin:",
            on_click=session_state.pin_photos,
            args=[index.name, digests, not pinned],
            key=f"pin-{key}-{number}",
        )
        photo_grid.page_link("album", "To the album", icon=":material/photo_album:")
    with grid:
        _grid(index, vector, page)


def _grid(index: Index, vector: MasterVector, found: Found) -> None:
    percentiles = vector_ratings.percentiles(index, vector)
    marks = session_state.album_marks(index.name)
    with st.container(key="photos-found"):
        grid = st.grid(photo_grid.STRIP, min_column_width=150)
        for place, row in enumerate(found.rows.tolist()):
            caption = f"**better than {percentile_text(percentiles[row])}**"
            if found.similarities is not None:
                similarity = short_number(found.similarities[place])
                caption += f"  \n:small[:gray[similarity {similarity}]]"
            photo = index.photo(row)
            with grid.cell():
                photo_grid.show_tile(tile_of(index, row, caption))
                photo_grid.photo_link(photo, f"found-{place}")
                like = {"by": WAYS["photo"], "like": session_state.photo_token(photo.digest)}
                photo_grid.page_link("search", "More like it", like, ":material/image_search:")
                pinned = marks.get(photo.digest) == "pin"
                st.button(
                    "Unpin" if pinned else "Pin",
                    key=f"pin-{photo.digest}",
                    type="tertiary",
                    on_click=session_state.mark_photo,
                    args=[index.name, photo.digest, None if pinned else "pin"],
                )


def ask_words() -> str:
    """Ask what is on the photos; without words, show examples and end the page there."""
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
