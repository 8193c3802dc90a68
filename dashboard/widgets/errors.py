"""Display of errors on pages: the message, with the command that helps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.formatting import error_text
from photorank.errors import PhotorankError


@contextmanager
def show_errors(show: Callable[[str], object] = st.info) -> Iterator[None]:
    """Show a PhotorankError raised in the block as a message, and stop drawing the page."""
    try:
        yield
    except PhotorankError as error:
        show(error_text(error))
        st.stop()
