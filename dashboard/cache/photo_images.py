"""Cached images of indexed and uploaded photos for display."""

import io
from pathlib import Path

import streamlit as st
from PIL import Image

from dashboard.cache.cache_keys import of_file
from photorank.errors import MissingPathError, UnreadablePhotoError
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import read_photo

MOVED = (
    "Its small picture is shown instead. If the photos moved, add their new folder on Home; a "
    "command follows a whole library: `photorank reroot OLD NEW`."
)
CHANGED = "it has changed since it was added: add its folder again on Home"
LARGE = 1200  # pixels of a picture that is looked at closely


def original(index: Index, source: bytes | int) -> bytes:
    """Bytes of the original file of an uploaded or indexed photo.

    Raises MissingPathError or UnreadablePhotoError if its file has gone or changed.
    """
    if not isinstance(source, int):
        return source
    path = index.photo(source).path
    if not path.exists():
        raise MissingPathError(path, hint=MOVED)
    if index.changed([source]):
        raise UnreadablePhotoError(CHANGED, path)
    return read_photo(path)


@st.cache_data(max_entries=32, show_spinner=False)
def large(data: bytes) -> bytes:
    """Bytes of a photo as an upright sRGB JPEG, with at most 1200 pixels on the long side."""
    picture = decode_isolated(data, short_side=LARGE // 2).photo
    picture.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


# By the class that paths are of on this system: Streamlit looks for that one alone.
@st.cache_data(max_entries=32, show_spinner=False, hash_funcs={type(Path()): of_file})
def _large_of(path: Path) -> bytes:
    return large(read_photo(path))


def picture(index: Index, row: int) -> bytes:
    """Large JPEG (bytes) of an indexed photo; its thumbnail if the file is missing or changed.

    Raises UnreadablePhotoError if its thumbnail is gone too.
    """
    photo = index.photo(row)
    try:
        if not index.changed([row]):
            return _large_of(photo.path)
    except UnreadablePhotoError:
        pass  # the thumbnail shows it
    return read_photo(index.thumbnail(photo))
