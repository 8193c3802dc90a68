"""Errors on pages: the message, with the command that helps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.formatting import error_text
from photorank.errors import PhotorankError, in_words


@contextmanager
def show_errors(show: Callable[[str], object] = st.info) -> Iterator[None]:
    """Context in which an expected error or disk failure is shown and stops the page."""
    try:
        yield
    except (PhotorankError, OSError, MemoryError) as error:
        told = in_words(error)
        if told is None:
            raise
        show(error_text(told))
        st.stop()
