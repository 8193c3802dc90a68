"""What the pages Map and Search look up, kept between clicks."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.media_file_storage import MediaFileStorageError

from dashboard.cache import encoder_results
from dashboard.models import photo_map
from dashboard.models.photo_tiles import alt_text
from photorank.index.opened import Index
from photorank.similarity import map_layout
from photorank.similarity.map_layout import Method
from photorank.typing import Codes, Direction, Floats
from photorank.vectors.prompts import prompt_vector


def places(index: Index, method: Method) -> Floats:
    """Return each photo's place on the map (n, 2), read-only: all visitors share them."""
    return _places(index.paths.root, index.paths.manifest.stat().st_mtime_ns, method, index)


@st.cache_resource(max_entries=4, show_spinner="Drawing the map, once …")
def _places(root: Path, changed: int, method: Method, _index: Index) -> Floats:
    found = map_layout.places(_index, method)
    found.flags.writeable = False
    return found


def drawn(index: Index) -> tuple[Codes, list[Path], list[str]]:
    """Return which rows a map draws, with their pictures' files and their words."""
    return _drawn(index.paths.root, index.paths.manifest.stat().st_mtime_ns, index)


@st.cache_resource(max_entries=4, show_spinner=False)
def _drawn(root: Path, changed: int, _index: Index) -> tuple[Codes, list[Path], list[str]]:
    rows = photo_map.drawn(len(_index))
    photos = [_index.photo(row) for row in rows.tolist()]
    return rows, [_index.thumbnail(one) for one in photos], [alt_text(one) for one in photos]


def direction(index: Index, text: str) -> Direction:
    """Return the direction (d,) of a text.

    Raises
    ------
    MissingWeightsError, MissingExtraError
        If the encoder's words cannot be had.
    """
    return _direction(text, str(index.fingerprint), index)


@st.cache_data(max_entries=128, show_spinner="Reading the words …")
def _direction(text: str, fingerprint: str, _index: Index) -> Direction:
    # The text tower loads here, when the first words come, and not before.
    found: Direction = prompt_vector("search", [text], encoder_results.encoder(_index)).direction
    return found


def row_of_digest(index: Index, digest: str) -> int | None:
    """Return the row of the photo whose digest begins so, or None."""
    if not digest:
        return None
    found = (row for row, one in enumerate(index.digests()) if one.startswith(digest))
    return next(found, None)


def addresses(pictures: Sequence[Path]) -> list[str]:
    """Return where the browser finds some pictures, "" for those that are gone."""
    files, found = get_instance().media_file_mgr, []
    for number, picture in enumerate(pictures):
        try:
            address = files.add(str(picture), "image/webp", f"map-{number}")
        except MediaFileStorageError:
            address = ""
        found.append(address.lstrip("/"))  # relative: the dashboard may be served below a path
    return found
