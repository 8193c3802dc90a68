"""Widgets of the pages Search and Map: text field, and found photos."""

import streamlit as st

from dashboard import album_state, session_state
from dashboard.cache import vector_ratings
from dashboard.component.photo_view import GridStyle, grid_photos, photo_grid
from dashboard.models.photo_tiles import short_number
from dashboard.models.search import EXAMPLES, Found, rated_highest
from dashboard.widgets.photo_grid import page_link
from photorank.errors import counted
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

ASKED_PX = 420  # width of the field of words
_ASKED = "q"  # its key, and name in URLs
PINNED_AT_ONCE = 24  # photos at most, by one press
# Buttons for photos that are selected, by what they do.
ACTIONS = {"pin": "Pin to the album", "unpin": "Unpin", "alike": "More like it"}


@st.fragment
def show_found(
    index: Index, vector: MasterVector, found: Found, what: str, key: str, *, examples: bool = False
) -> None:
    """Show found photos, with buttons to pin selected ones or to search for similar ones.

    `what` says which photos they are and in which order; `key` names what was looked for; with
    `examples`, searches by words are offered beside them.
    """
    if not len(found.rows):
        st.info("No photo is here.", icon=":material/filter_alt:")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="found"):
        st.markdown(f"**{counted(len(found.rows), 'photo')}** {what}.", width="content")
        _pin_button(index, found.rows[:PINNED_AT_ONCE].tolist())
        page_link("album", "To the album", icon=":material/photo_album:")
        if examples:
            _examples()
    caption = None
    if found.similarities is not None:
        near = dict(zip(found.rows.tolist(), found.similarities.tolist(), strict=True))
        caption = lambda row: f"similarity {short_number(near[row])}"  # noqa: E731
    percentiles = vector_ratings.percentiles(index, vector)
    photos = grid_photos(index, found.rows, percentiles, caption=caption, captions=key)
    style = GridStyle("Photos that were found", actions=ACTIONS, judged_by=vector.name)
    act = photo_grid("found", photos, style)
    if act is None or not act.rows:
        return
    digests = [index.photo(row).digest for row in act.rows]
    if act.what == "alike":
        like = {"like": session_state.photo_token(digests[0])}
        st.switch_page("views/search.py", query_params=session_state.link_query(like))
    album_state.pin_photos(index.name, digests, act.what == "pin")
    done = "pinned to the album" if act.what == "pin" else "no longer pinned"
    st.toast(f"{counted(len(digests), 'photo')} {done}.", icon=":material/push_pin:")


def _pin_button(index: Index, rows: list[int]) -> None:
    """Show the button that pins photos to the album, or unpins them if all are pinned."""
    digests = [index.photo(row).digest for row in rows]
    marks = album_state.album_marks(index.name)
    pinned = all(marks.get(digest) == "pin" for digest in digests)
    these = f"these {len(rows)}" if len(rows) > 1 else "it"
    st.button(
        f"Unpin {these}" if pinned else f"Pin {these} to the album",
        icon=":material/push_pin:",
        on_click=album_state.pin_photos,
        args=[index.name, digests, not pinned],
    )


@st.fragment
def pick_one(index: Index, vector: MasterVector) -> None:
    """Show the best photos; a click on one starts a search for similar photos."""
    found = rated_highest(index, vector)
    photos = grid_photos(index, found.rows, vector_ratings.percentiles(index, vector))
    style = GridStyle("Photos to choose from", actions={"like": "Search its like"}, picks=1)
    act = photo_grid("pick-like", photos, style)
    if act is not None and act.rows:
        session_state.put_photo_in_address("like", index.photo(act.rows[0]).digest)
        st.rerun()


def ask_words() -> str:
    """Show the search field; return the text that the user typed."""
    text = st.text_input(
        "What is on the photo",
        key=_ASKED,
        bind="query-params",
        placeholder="What is on the photo: children at the beach",
        label_visibility="collapsed",
        width=ASKED_PX,
    )
    return text.strip()


def _examples() -> None:
    """Show example searches; a click on one starts that search."""
    with st.container(
        horizontal=True, vertical_alignment="center", width="content", gap="small", key="examples"
    ):
        st.caption("For example", width="content")
        for example in EXAMPLES:
            set_words = session_state.set_text
            if st.button(example, on_click=set_words, args=[_ASKED, example], type="tertiary"):
                st.rerun()  # the whole page, of which the photos are a part
