"""Display of errors on a page: what is wrong, what to do, and details on request."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import session_state
from dashboard.formatting import error_details, error_text
from photorank.errors import PhotorankError, in_words


@contextmanager
def show_errors(show: Callable[[str], object] = st.info) -> Iterator[None]:
    """Context manager that shows an expected error or disk failure, and stops the page."""
    try:
        yield
    except (PhotorankError, OSError, MemoryError) as error:
        told = in_words(error)
        if told is None:
            raise
        show(_error_markdown(told))
        st.stop()


def tell_error(error: Exception) -> bool:
    """Show an error that no page handled; return True to prevent a second display by the server.

    The server calls it for pages, fragments and callbacks alike, after it has logged the error.
    """
    told = in_words(error)
    if told is not None:
        st.info(_error_markdown(told))
        return True
    st.error(
        "This part of the page has failed, which is a fault of photorank and not yours. Your "
        "photos and choices are safe: reload the page, or go on with another one.",
        icon=":material/error:",
    )
    with st.expander("Details for a report"):
        st.exception(error)
    return True


def log_in_words(record: logging.LogRecord) -> bool:
    """Log filter that shortens records of expected errors to one line, and drops no record.

    It is a filter for Streamlit's log.
    """
    error = record.exc_info[1] if record.exc_info else None
    told = in_words(error) if isinstance(error, Exception) else None
    if told is not None:
        record.msg, record.args, record.exc_info = str(told), (), None
    return True


def _error_markdown(error: PhotorankError) -> str:
    """Error message as Markdown; pages in statistical wording show its details on a second line."""
    text, details = error_text(error), error_details(error)
    if session_state.vocabulary() != "statistics" or not details:
        return text
    return f"{text}  \n:small[{details}]"
