"""Photos that were found, by words or on the map: a page at a time, for the album or for more."""

import streamlit as st

from dashboard import contact_sheet, draws, grids, rated
from dashboard.contact_sheet import Tile
from dashboard.seeking import WAYS
from dashboard.words import count
from photorank.index.store import Index
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
        pages = max(1, -(-len(rows) // contact_sheet.PAGE))
        page = st.pagination(
            pages, key=f"found-{index.name}-{key}", width=grids.PAGER, persist_state="session"
        )
        shown = rows[contact_sheet.PAGE * (page - 1) : contact_sheet.PAGE * page].tolist()
        digests = [index.photo(row).digest for row in shown]
        pinned = draws.marks(index.name)
        done = all(pinned.get(one) == "pin" for one in digests)
        st.button(
            f"{'Unpin' if done else 'Pin'} these {len(shown)}{'' if done else ' to the album'}",
            icon=":material/push_pin:",
            on_click=draws.pin,
            args=[index.name, digests, not done],
            key=f"pin-{key}-{page}",
        )
        grids.link("album", "To the album", {}, ":material/photo_album:")
    start = contact_sheet.PAGE * (page - 1)
    near = None if similarities is None else similarities[start : start + len(shown)]
    with grid:
        _grid(index, vector, shown, near)


def _grid(index: Index, vector: MasterVector, rows: list[int], similarities: Floats | None) -> None:
    standing = rated.standing(index, vector)
    with st.container(key="photos-found"):
        grid = st.grid(grids.STRIP, min_column_width=150)
        for place, row in enumerate(rows):
            photo = index.photo(row)
            said = f"**better than {contact_sheet.whole(standing[row])}**"
            if similarities is not None:
                near = contact_sheet.short(similarities[place])
                said += f"  \n:small[:gray[similarity {near}]]"
            with grid.cell():
                tile = Tile(index.thumbnail(photo), contact_sheet.alt_text(photo), said, photo)
                grids.picture(tile)
                grids.closer_link(photo, f"found-{place}")
                like = {"by": WAYS["photo"], "like": draws.token(photo.digest)}
                grids.link("search", "More like it", like, ":material/image_search:")
                pinned = draws.marks(index.name).get(photo.digest) == "pin"
                st.button(
                    "Unpin" if pinned else "Pin",
                    key=f"pin-{photo.digest}",
                    type="tertiary",
                    on_click=draws.mark,
                    args=[index.name, photo.digest, None if pinned else "pin"],
                )
