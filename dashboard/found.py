"""Photos that were found, by words or on the map: a page at a time, for the album or for more."""

import streamlit as st

from dashboard import contact_sheet, draws, loading
from dashboard.seeking import WAYS
from dashboard.words import count, file_name, plain
from photorank.index.store import Index
from photorank.typing import Codes, Floats
from photorank.vectors.master import MasterVector

COLUMNS = 6
ALIKE = 12  # digits of a digest that tell a photo from all others


def show(
    index: Index,
    vector: MasterVector,
    rows: Codes,
    word: str,
    key: str,
    similarities: Floats | None = None,
) -> None:
    """Show rows a page at a time, each with a way to more like it, and pin the page's photos.

    `key` names what was looked for: with another, the first page is shown.
    """
    if not len(rows):
        st.info("No photo is here.", icon=":material/filter_alt:")
        return
    order = f"the best by {plain(vector.name)} first" if similarities is None else "closest first"
    many = f" {word}" if word else ""
    st.markdown(f"**{count(len(rows), 'photo')}**{many}, {order}.")
    grid = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pages = max(1, -(-len(rows) // contact_sheet.PAGE))
        page = st.pagination(pages, key=f"found-{index.name}-{key}", persist_state="session")
        shown = rows[contact_sheet.PAGE * (page - 1) : contact_sheet.PAGE * page].tolist()
        digests = [index.photo(row).digest for row in shown]
        pinned = draws.marks(index.name)
        done = all(pinned.get(one) == "pin" for one in digests)
        st.button(
            "Pinned to the album" if done else f"Pin these {len(shown)} to the album",
            icon=":material/push_pin:",
            disabled=done,
            on_click=draws.pin,
            args=[index.name, digests],
            key=f"pin-{key}-{page}",
        )
    start = contact_sheet.PAGE * (page - 1)
    near = None if similarities is None else similarities[start : start + len(shown)]
    with grid:
        _grid(index, vector, shown, near)


def _grid(index: Index, vector: MasterVector, rows: list[int], similarities: Floats | None) -> None:
    standing = loading.standing(index, vector)
    with st.container(key="photos-found"):
        grid = st.grid(COLUMNS, min_column_width=150)
        for place, row in enumerate(rows):
            photo = index.photo(row)
            name = contact_sheet.alt_text(photo)
            facts = file_name(photo.path)
            if similarities is not None:
                facts = f"similarity {contact_sheet.short(similarities[place])}  \n{facts}"
            with grid.cell():
                picture = index.thumbnail(photo)
                if picture.exists():
                    st.image(str(picture), width="stretch", alt=name)
                else:
                    st.caption(":material/hide_image: its thumbnail is missing")
                above = contact_sheet.whole(standing[row])
                st.markdown(f"**better than {above}**  \n:small[:gray[{facts}]]")
                st.page_link(
                    "views/search.py",
                    label="More like it",
                    icon=":material/image_search:",
                    query_params={"by": WAYS["photo"], "like": photo.digest[:ALIKE]},
                )
