"""Picker of a photo: an upload, or a photo of the index."""

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from dashboard import session_state
from dashboard.cache import encoder_results, photo_images, search_and_map
from dashboard.formatting import error_text
from dashboard.models.photo_tiles import alt_text
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.photos.suffixes import PHOTO_SUFFIXES
from photorank.typing import Embeddings

UPLOAD_LIMIT = 100  # MB, as the style sheet says it
UPLOAD_HELP = "JPEG, HEIC, AVIF, JPEG XL, PNG, TIFF, WebP, and the RAW files of most cameras."
MOST_LISTED = 1000  # photos: a longer list to pick from is slow
GONE = ":material/link_off:"


@dataclass(frozen=True)
class PickedPhoto:
    """Photo that the user picked or uploaded, with the Streamlit containers that show it."""

    embedding: Embeddings  # (d,)
    words: DeltaGenerator
    frame: DeltaGenerator  # that shows the photo
    source: bytes | int  # what was uploaded, or the row that was picked


def photo_picker(
    which: str, index: Index, place: DeltaGenerator, name: str, otherwise: int | None = None
) -> PickedPhoto | None:
    """Show the picker and the upload field of a photo; return the chosen photo, or None.

    The address says which under a name; if it says none, a row is picked to begin with, or none.
    """
    shown = search_and_map.row_of_digest(index, session_state.photo_in_address(name))
    if session_state.photo_in_address(name) and shown is None:
        place.warning("The photo that this address names is not in this collection.", icon=GONE)
    shown = otherwise if shown is None else shown
    frame, words = place.container(key=f"large-{which}").empty(), place.container()
    upload = place.file_uploader(
        f"Upload {_with_article(which)} photo",
        type=sorted(suffix[1:] for suffix in PHOTO_SUFFIXES),
        max_upload_size=UPLOAD_LIMIT,
        help=UPLOAD_HELP,
        key=f"upload-{which}",
    )
    row = _row_picker(which, index, shown, place) if upload is None else None
    session_state.put_photo_in_address(name, None if row is None else index.photo(row).digest)
    source: bytes | int
    try:
        if upload is not None:
            source = data = upload.getvalue()
            embedding, picture = encoder_results.embedding(index, data), photo_images.large(data)
        elif row is not None:
            source = row
            embedding, picture = index.embeddings_of([row])[0], photo_images.picture(index, row)
        else:
            return None
    except PhotorankError as error:
        place.error(
            f"{_with_article(which).capitalize()} photo: {error_text(error)}",
            icon=":material/broken_image:",
        )
        return None
    frame.image(picture, width="stretch", alt=f"{_with_article(which)} photo")
    return PickedPhoto(embedding, words, frame, source)


def _row_picker(which: str, index: Index, shown: int | None, place: DeltaGenerator) -> int | None:
    text = ""
    if len(index) > MOST_LISTED:
        text = place.text_input(
            "or find one that is here", key=f"find-{which}", placeholder="a part of its path"
        )
    rows = index.rows_matching(text.strip(), MOST_LISTED)
    if shown is not None and shown not in rows:
        rows.insert(0, shown)
    return place.selectbox(
        "or pick one that is here",
        rows,
        index=rows.index(shown) if shown in rows else None,
        format_func=lambda row: alt_text(index.photo(row), parts=2),
        placeholder="Type a part of its name",
        key=f"pick-{which}-{index.name}-{shown}",
    )


def _with_article(which: str) -> str:
    """Word preceded by “the”, such as “the first”, unless the word is itself the article “a”."""
    return which if which == "a" else f"the {which}"
