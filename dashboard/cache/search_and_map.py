"""What the pages Map and Search look up, kept between clicks."""

from pathlib import Path

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.media_file_storage import MediaFileStorageError

from dashboard.cache import encoder_results
from dashboard.cache.cache_keys import BY_ENCODER, BY_PHOTOS
from dashboard.models import photo_map
from dashboard.models.photo_tiles import alt_text
from photorank.index.opened import Index
from photorank.similarity import map_layout
from photorank.similarity.map_layout import Method
from photorank.typing import Codes, Direction, Floats
from photorank.vectors.prompts import prompt_vector


@st.cache_resource(max_entries=4, show_spinner="Drawing the map, once …", hash_funcs=BY_PHOTOS)
def places(index: Index, method: Method) -> Floats:
    """Return each photo's place on the map (n, 2), read-only: all visitors share them."""
    found = map_layout.places(index, method)
    found.flags.writeable = False
    return found


@st.cache_data(max_entries=128, show_spinner="Reading the words …", hash_funcs=BY_ENCODER)
def direction(index: Index, text: str) -> Direction:
    """Return the direction (d,) of a text.

    Raises
    ------
    MissingWeightsError, MissingExtraError
        If the encoder's words cannot be had.
    """
    # The text tower loads here, when the first words come, and not before.
    return prompt_vector("search", [text], encoder_results.encoder(index)).direction


def row_of_digest(index: Index, digest: str) -> int | None:
    """Return the row of the photo whose digest begins so, or None."""
    if not digest:
        return None
    found = (row for row, one in enumerate(index.digests()) if one.startswith(digest))
    return next(found, None)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_PHOTOS)
def _drawn_files(index: Index) -> tuple[Codes, list[Path], list[str]]:
    """Return the rows that a map draws, with their pictures' files and their names."""
    rows = photo_map.drawn_rows(len(index))
    photos = [index.photo(row) for row in rows.tolist()]
    return rows, [index.thumbnail(one) for one in photos], [alt_text(one) for one in photos]


def drawn_photos(index: Index) -> photo_map.DrawnPhotos:
    """Return the photos that a map draws, with the addresses of their pictures."""
    files, found = get_instance().media_file_mgr, []
    rows, pictures, names = _drawn_files(index)
    for number, picture in enumerate(pictures):
        try:
            address = files.add(str(picture), "image/webp", f"map-{number}")
        except MediaFileStorageError:
            address = ""
        found.append(address.lstrip("/"))  # relative: the dashboard may be served below a path
    return photo_map.DrawnPhotos(rows, found, names)
