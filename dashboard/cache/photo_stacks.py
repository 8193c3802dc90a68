"""Cached stacks (shots of one moment) of an index, found in the background."""

from threading import Thread

import streamlit as st

from dashboard.cache.cache_keys import of_rows
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.similarity.kept_series import series_of
from photorank.typing import Codes

_FOUND_AT_ONCE = 2000  # photos: a second


class _Held:
    """Series of photos, found at once for few photos, else by a background thread."""

    def __init__(self, index: Index) -> None:
        self.codes: Codes | None = None
        if len(index) <= _FOUND_AT_ONCE:
            self._find(index)
        else:
            Thread(target=self._find, args=[index], daemon=True).start()

    def _find(self, index: Index) -> None:
        try:
            # What series need of an index, copies of all its embeddings, shall not stay.
            own = Index.open(index.paths)
            codes = series_of(own).codes
        except PhotorankError:
            return  # the page that opens the index says what is wrong with it
        if own.digests() == index.digests():  # else it has changed, and is opened again
            self.codes = codes


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    hash_funcs={Index: of_rows("photos", "files", "memberships")},
)
def _held(index: Index) -> _Held:
    return _Held(index)


def stack_codes(index: Index) -> Codes | None:
    """Series code (n,) of each photo; None until they are found."""
    return _held(index).codes
