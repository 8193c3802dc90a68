"""Progress bars for slow tasks that buttons start."""

from collections.abc import Callable

import streamlit as st

from dashboard import actions
from dashboard.widgets.errors import show_errors


def progress_bar() -> actions.Progress:
    """Show a progress bar, and return a function (stage, done, total) that updates it."""
    bar = st.progress(0.0)

    def move(stage: str, done: int, total: int) -> None:
        text = f"{stage} …" if total <= 1 else f"{stage}: {done:,} of {total:,}"
        bar.progress(min(1.0, done / max(total, 1)), text=text)

    return move


def run_and_reload(work: Callable[[actions.Progress], None]) -> None:
    """Run a slow task with a progress bar, then redraw the page."""
    with show_errors(st.error):
        work(progress_bar())
    st.rerun()
