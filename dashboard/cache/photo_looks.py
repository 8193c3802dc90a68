"""Cached looks of an index's photos, whose mean colours are found beside the pages."""

from threading import Thread

import streamlit as st

from dashboard.cache.cache_keys import of_photos
from photorank.index.measuring.looks import Looks, quick_looks, whole_looks
from photorank.index.opened import Index


class _Held:
    """Looks that become whole while pages are shown."""

    def __init__(self, index: Index) -> None:
        self.now = quick_looks(index.paths, index.digests())
        if not self.now.complete:
            Thread(target=self._complete, args=[index], daemon=True).start()

    def _complete(self, index: Index) -> None:
        self.now = whole_looks(index.paths, index.digests())


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Index: of_photos})
def _held(index: Index) -> _Held:
    return _Held(index)


def looks(index: Index) -> Looks:
    """Shapes of an index's photos, and their mean colours as far as they are known."""
    return _held(index).now
