"""Cached data of the pages Map and Search: map positions, and vectors of search texts."""

import streamlit as st

from dashboard.cache import encoder_results
from dashboard.cache.cache_keys import BY_PHOTOS
from dashboard.models import photo_map
from dashboard.models.photo_tiles import alt_text
from dashboard.routes.thumbnails import thumbnail_address
from photorank.index.opened import Index
from photorank.rating.text_search import search_direction
from photorank.similarity import map_layout
from photorank.similarity.map_layout import Method
from photorank.typing import Direction, Floats


@st.cache_resource(max_entries=4, show_spinner="Drawing the map, once …", hash_funcs=BY_PHOTOS)
def map_positions(index: Index, method: Method) -> Floats:
    """Positions (n, 2) of an index's n photos on the page Map, computed once for all visitors."""
    found = map_layout.map_points(index, method)
    found.flags.writeable = False
    return found


@st.cache_data(max_entries=128, show_spinner="Reading the words …", hash_funcs=BY_PHOTOS)
def direction(index: Index, text: str) -> Direction:
    """Unit vector (d,) computed from search words, for comparison with an index's embeddings.

    Raises what :func:`photorank.rating.text_search.search_direction` raises.
    """
    # The text tower loads here, when the first words come, and not before.
    return search_direction(index, text, encoder_results.encoder(index))


def row_of_digest(index: Index, digest: str) -> int | None:
    """Row number of the photo whose digest begins with the given string; None if there is none."""
    if not digest:
        return None
    found = (row for row, one in enumerate(index.digests()) if one.startswith(digest))
    return next(found, None)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_PHOTOS)
def drawn_photos(index: Index) -> photo_map.DrawnPhotos:
    """Photos to draw on the map: their row numbers, thumbnail URLs and names."""
    rows = photo_map.drawn_rows(len(index))
    photos = [index.photo(row) for row in rows.tolist()]
    pictures = [thumbnail_address(index, photo) for photo in photos]
    return photo_map.DrawnPhotos(rows, pictures, [alt_text(photo) for photo in photos])
