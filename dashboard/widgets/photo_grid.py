"""Photos on a grid that gets fewer columns on a narrow screen; most lead to the page One photo."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import session_state
from dashboard.cache import vector_ratings
from dashboard.formatting import file_name
from dashboard.models.photo_tiles import Tile, tile_of
from photorank.index.opened import Index, Photo
from photorank.vectors.master import MasterVector

STRIP = 6  # photos in a row, on a wide screen
PAGER_WIDTH = 360  # pixels of the row of page numbers: by itself it is as narrow as one of them


def photo_grid(key: str, tiles: Sequence[Tile], narrowest: int = 150) -> None:
    """Show photos, each with what is said of it."""
    with st.container(key=f"photos-{key}"):
        grid = st.grid(STRIP, min_column_width=narrowest)
        for place, tile in enumerate(tiles):
            with grid.cell():
                show_tile(tile)
                if tile.photo is not None:
                    photo_link(tile.photo, f"{key}-{place}")


def show_tile(tile: Tile) -> None:
    """Show a photo's small picture, and what is said of it."""
    if tile.picture.exists():
        st.image(str(tile.picture), width="stretch", alt=tile.alt)
    else:
        st.caption(":material/hide_image: its thumbnail is missing")
    if tile.caption:
        st.markdown(tile.caption)


def photo_link(photo: Photo, key: str) -> None:
    """Show a photo's name, which leads to all that is known of it; so does a click on the photo."""
    with st.container(key=f"closer-{key}"):
        query = {"photo": session_state.photo_token(photo.digest)}
        page_link("photo", file_name(photo.path), query)


def page_link(
    page: str, label: str, query: Mapping[str, str] | None = None, icon: str | None = None
) -> None:
    """Show a link to a page that asks for something there, of the same index by the same vector."""
    st.page_link(
        f"views/{page}.py",
        label=label,
        icon=icon,
        query_params=session_state.link_query(query or {}),
    )


def best_and_worst(index: Index, vector: MasterVector, about: str = "") -> None:
    """Show what a vector likes most and least, after what is said about it."""
    n = min(STRIP, len(index) // 2)
    if not n:
        return  # one photo is both
    for name, lowest in {"most": False, "least": True}.items():
        rows = vector_ratings.extreme_rows(index, vector, n, lowest=lowest)
        st.markdown(f"What `{vector.name}` likes {name}")
        if about and not lowest:
            st.caption(about)
        photo_grid(f"{name}-{vector.name}", [tile_of(index, row) for row in rows], 100)
