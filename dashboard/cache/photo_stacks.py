"""Cached grouping of an index's photos into stacks (shots of one moment)."""

from threading import Thread

import numpy as np
import streamlit as st

from dashboard.cache.cache_keys import of_tables
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.own_process import in_own_process
from photorank.similarity.series_cache import series_codes, series_of
from photorank.typing import Codes

_FOUND_AT_ONCE = 2000  # photos: a second


class _ComputedStacks:
    """Stack number of each indexed photo; for a large index a background thread computes it."""

    def __init__(self, index: Index) -> None:
        self.codes: Codes | None = None
        if len(index) <= _FOUND_AT_ONCE:
            self._find(index)
        else:
            Thread(target=self._find_apart, args=[index], daemon=True).start()

    def _find(self, index: Index) -> None:
        try:
            self.codes = series_of(index).codes
        except PhotorankError:
            return  # the page that opens the index says what is wrong with it

    def _find_apart(self, index: Index) -> None:
        found = in_own_process(series_codes, index.paths)
        # Else it has changed meanwhile, and is opened again.
        if found is not None and np.array_equal(found.database_ids, index.numbers()):
            self.codes = found.codes


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    hash_funcs={Index: of_tables("photos", "files", "memberships")},
)
def _held(index: Index) -> _ComputedStacks:
    return _ComputedStacks(index)


def stack_codes(index: Index) -> Codes | None:
    """Stack numbers (n,) of n photos, equal for shots of one moment; None until computed."""
    return _held(index).codes
