"""Cached aspect ratios and mean colours of photos; a background thread computes the colours."""

from threading import Thread

import streamlit as st

from dashboard.cache.cache_keys import of_photos
from photorank.index.measuring.shapes_and_colours import Looks, quick_looks, whole_looks
from photorank.index.opened import Index
from photorank.own_process import in_own_process

_QUICKLY_LOOKED_AT = 2000  # photos: two seconds, as long as another process takes to begin


class _ComputedLooks:
    """Aspect ratios and mean colours of photos; a background thread computes missing colours."""

    def __init__(self, index: Index) -> None:
        self.now = quick_looks(index.paths, index.digests())
        if not self.now.complete:
            Thread(target=self._complete, args=[index], daemon=True).start()

    def _complete(self, index: Index) -> None:
        if len(index) <= _QUICKLY_LOOKED_AT:
            self.now = whole_looks(index.paths, index.digests())
        else:
            whole = in_own_process(whole_looks, index.paths, index.digests())
            self.now = whole or self.now


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Index: of_photos})
def _held(index: Index) -> _ComputedLooks:
    return _ComputedLooks(index)


def looks(index: Index) -> Looks:
    """Aspect ratios of an index's photos, with the mean colours computed so far."""
    return _held(index).now
