"""Photos that were found, by words or on the map: a page at a time, for the album or for more."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import vector_ratings
from dashboard.formatting import count
from dashboard.models import photo_tiles
from dashboard.models.photo_tiles import Tile
from dashboard.models.search import WAYS
from dashboard.widgets import photo_grid
from photorank.index.opened import Index
from photorank.typing import Codes, Floats
from photorank.vectors.master import MasterVector


def show(
    index: Index,
    vector: MasterVector,
    rows: Codes,
    what: str,
    key: str,
    similarities: Floats | None = None,
) -> None:
    """Show rows a page at a time, each with a way to more like it, and pin the page's photos.

    `what` says which photos they are and in which order.

    `key` names what was looked for: with another, the first page is shown.
    """
    if not len(rows):
        st.info("No photo is here.", icon=":material/filter_alt:")
        return
    st.markdown(f"**{count(len(rows), 'photo')}** {what}.")
    grid = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pages = max(1, -(-len(rows) // photo_tiles.PAGE))
        page = st.pagination(
            pages, key=f"found-{index.name}-{key}", width=photo_grid.PAGER, persist_state="session"
        )
        shown = rows[photo_tiles.PAGE * (page - 1) : photo_tiles.PAGE * page].tolist()
        digests = [index.photo(row).digest for row in shown]
        pinned = session_state.marks(index.name)
        done = all(pinned.get(one) == "pin" for one in digests)
        st.button(
            f"{'Unpin' if done else 'Pin'} these {len(shown)}{'' if done else ' to the album'}",
            icon=":material/push_pin:",
            on_click=session_state.pin,
            args=[index.name, digests, not done],
            key=f"pin-{key}-{page}",
        )
        photo_grid.link("album", "To the album", {}, ":material/photo_album:")
    start = photo_tiles.PAGE * (page - 1)
    near = None if similarities is None else similarities[start : start + len(shown)]
    with grid:
        _grid(index, vector, shown, near)


def _grid(index: Index, vector: MasterVector, rows: list[int], similarities: Floats | None) -> None:
    standing = vector_ratings.standing(index, vector)
    with st.container(key="photos-found"):
        grid = st.grid(photo_grid.STRIP, min_column_width=150)
        for place, row in enumerate(rows):
            photo = index.photo(row)
            said = f"**better than {photo_tiles.whole(standing[row])}**"
            if similarities is not None:
                near = photo_tiles.short(similarities[place])
                said += f"  \n:small[:gray[similarity {near}]]"
            with grid.cell():
                tile = Tile(index.thumbnail(photo), photo_tiles.alt_text(photo), said, photo)
                photo_grid.picture(tile)
                photo_grid.closer_link(photo, f"found-{place}")
                like = {"by": WAYS["photo"], "like": session_state.token(photo.digest)}
                photo_grid.link("search", "More like it", like, ":material/image_search:")
                pinned = session_state.marks(index.name).get(photo.digest) == "pin"
                st.button(
                    "Unpin" if pinned else "Pin",
                    key=f"pin-{photo.digest}",
                    type="tertiary",
                    on_click=session_state.mark,
                    args=[index.name, photo.digest, None if pinned else "pin"],
                )
