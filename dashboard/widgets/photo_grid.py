"""Grid of photos that adapts to the screen, with links to the page "One photo"."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from dashboard import session_state
from dashboard.formatting import file_name
from dashboard.models.photo_tiles import Tile
from photorank.index.opened import Photo

STRIP = 6  # photos in a row, on a wide screen


def photo_grid(
    key: str,
    tiles: Sequence[Tile],
    narrowest: int = 150,
) -> None:
    """Show thumbnails of photos with captions in a grid."""
    with st.container(key=f"photos-{key}"):
        grid = st.grid(STRIP, min_column_width=narrowest)
        for place, tile in enumerate(tiles):
            with grid.cell():
                show_tile(tile)
                if tile.photo is not None:
                    with st.container(key=f"closer-{key}-{place}"):  # which covers the picture too
                        page_link("photo", file_name(tile.photo.path), photo_query(tile.photo))


def photo_query(photo: Photo) -> dict[str, str]:
    """URL parameters of a link to a photo's own page."""
    return {"photo": session_state.photo_token(photo.digest)}


def show_tile(tile: Tile) -> None:
    """Show the thumbnail and the caption of a photo."""
    show_thumbnail(tile.picture, tile.alt)
    if tile.caption:
        st.markdown(tile.caption)


def show_thumbnail(file: Path, alt: str) -> None:
    """Show a thumbnail, or a message if it is missing."""
    try:
        picture = file.read_bytes()
    except OSError:
        st.caption(":material/hide_image: its thumbnail is missing, or cannot be read")
    else:
        st.image(picture, width="stretch", alt=alt)


def page_link(
    page: str, label: str, query: Mapping[str, str] | None = None, icon: str | None = None
) -> None:
    """Show a link to another page, with the same index and rating vector."""
    st.page_link(
        f"views/{page}.py",
        label=label,
        icon=icon,
        query_params=session_state.link_query(query or {}),
    )
