"""Slow work that a button starts: its progress, and the page on its result."""

from collections.abc import Callable

import streamlit as st

from dashboard import actions
from dashboard.widgets.errors import show_errors
from photorank.index.opened import Index
from photorank.learning.protocol import Protocol


def progress_bar() -> actions.Progress:
    """Show a progress bar and return what moves it: stage, done, to do."""
    bar = st.progress(0.0)

    def move(stage: str, done: int, total: int) -> None:
        text = f"{stage} …" if total <= 1 else f"{stage}: {done:,} of {total:,}"
        bar.progress(min(1.0, done / max(total, 1)), text=text)

    return move


def run_and_reload(work: Callable[[actions.Progress], None]) -> None:
    """Do something slow under a progress bar, and draw the page anew."""
    with show_errors(st.error):
        work(progress_bar())
    st.rerun()


def build_sample_button(label: str) -> None:
    """Show the button that builds the sample, and then the pages on it."""
    if st.button(label, type="primary", icon=":material/auto_awesome:"):
        run_and_reload(actions.build_sample)


def evaluate_and_reload(index: Index, protocol: Protocol) -> None:
    """Measure an index's vectors, and show the result."""
    run_and_reload(lambda on_progress: actions.evaluate(index, protocol, on_progress))
