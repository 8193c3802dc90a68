"""Session and URL state of albums: pinned and banned photos, requested changes, newest album."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.session_state import DIGITS_IN_LINK, photo_in_address, photo_token, put_in_address
from photorank.index.opened import Index

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from photorank.album.make_album import Album

MARKS_IN_ADDRESS = 60  # photos at most: a longer address is cut off by mail programs
MARKS = ("pin", "ban")
NEITHER = "neither"  # even if the person has marked the photo elsewhere


def album_marks(index: str) -> dict[str, str]:
    """Marks of photos ("pin", "ban" or "neither") made in this session, keyed by photo digest."""
    every: dict[str, dict[str, str]] = st.session_state.setdefault("marks", {})
    return every.setdefault(index, {})


def read_marks_in_address(index: Index) -> None:
    """Pin and ban the photos that the URL names, once per browser session and index."""
    read = st.session_state.setdefault("read", set())
    if index.name in read:
        return
    read.add(index.name)
    wanted = {
        token: how
        for how in MARKS
        for token in photo_in_address(how).split(",")
        if len(token) == DIGITS_IN_LINK
    }
    if wanted and not album_marks(index.name):
        for digest in index.digests():
            if (how := wanted.get(photo_token(digest))) is not None:
                mark_photo(index.name, digest, how)


def put_marks_in_address(index: str) -> None:
    """Write the pinned and banned photos into the URL, unless there are too many."""
    marks = album_marks(index)
    for how in MARKS:
        tokens = [photo_token(digest) for digest, one in marks.items() if one == how]
        put_in_address(how, ",".join(tokens) if len(tokens) <= MARKS_IN_ADDRESS else "")


def pin_photos(index: str, digests: Sequence[str], wanted: bool) -> None:
    """Pin photos, so that new albums must include them; unpin them if `wanted` is False."""
    for digest in digests:
        mark_photo(index, digest, "pin" if wanted else None)


def mark_photo(index: str, digest: str, how: str | None) -> None:
    """Mark a photo as "pin", "ban" or "neither" for new albums; None removes the mark.

    A photo without a mark follows what the person always keeps or leaves out; "neither" overrides
    that.
    """
    if how is None:
        album_marks(index).pop(digest, None)
    else:
        album_marks(index)[digest] = how


def request_album_change(name: str, what: str, seen: int) -> None:
    """Store a requested change of a saved album, with the album revision that the user saw."""
    st.session_state[f"wish-{name}"] = what, seen


def requested_album_change(name: str) -> tuple[str, int] | None:
    """Pending album change and the album revision that the user saw; None if there is no change."""
    wish: tuple[str, int] | None = st.session_state.get(f"wish-{name}")
    return wish


def forget_album_change(name: str) -> None:
    """Forget the requested change of a saved album after it was made or has failed."""
    st.session_state.pop(f"wish-{name}", None)


def note_album(index: str, album: "Album") -> None:
    """Store a newly chosen album, which the page shows until the next one is computed."""
    st.session_state["album-shown"] = index, album


def last_album(index: str) -> "Album | None":
    """Album that `note_album` stored last; None if there is none or it is of another index."""
    name, album = st.session_state.get("album-shown", ("", None))
    return album if name == index else None
