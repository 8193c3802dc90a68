"""Errors on pages: in their own words, with the command that helps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.formatting import error_text
from photorank.errors import PhotorankError


@contextmanager
def show_errors(show: Callable[[str], object] = st.info) -> Iterator[None]:
    """Show an error the user can act on, and end the page there."""
    try:
        yield
    except PhotorankError as error:
        show(error_text(error))
        st.stop()
