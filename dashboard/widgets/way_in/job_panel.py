"""Panel that shows a background job: progress bar, speed, remaining time, unusable files."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard import adding_state, session_state
from dashboard.background import jobs
from dashboard.background.job_texts import job_text, unusable_files
from dashboard.cache import index_data
from dashboard.formatting import plain, without_commands
from photorank.errors import counted
from photorank.outside_text import printable
from photorank.progress_file import Progress

EVERY_SECONDS = 1.0  # between two looks at a job that runs


def job_panel(job: str, then: Callable[[Progress], None] | None = None) -> bool:
    """Show a job's panel until the user dismisses it; return True if the job is still running.

    When it has ended, `then` shows what is to be seen of it.
    """
    workspace = index_data.workspace()
    said = jobs.progress(workspace, job)
    if said is None:
        return False
    if said.state == "done" and then is None and not adding_state.job_was_shown(job):
        return False  # what it made is on the page; of an earlier session nothing is left to say
    adding_state.note_job(job, runs=said.is_running)
    st.fragment(partial(_show, job, then), run_every=EVERY_SECONDS if said.is_running else None)()
    return said.is_running


def _show(job: str, then: Callable[[Progress], None] | None) -> None:
    workspace = index_data.workspace()
    said = jobs.progress(workspace, job)
    if said is None or said.is_running != adding_state.job_was_running(job):
        st.rerun()  # the page has another look when it ends
    told = job_text(said, jobs.last_error_line(workspace, job) if said.was_killed else "")
    with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"job-{job}"):
        st.progress(min(1.0, told.share), text=printable(told.line))
        if said.unusable:
            panel = st.popover(f"{counted(said.unusable, 'file')} could not be used")
            with panel, st.container(height=260, border=False, key=f"unusable-{job}"):
                st.text(unusable_files(said))
        if said.is_running:
            st.button("Stop", on_click=jobs.stop, args=[workspace, job], key=f"stop-{job}")
            return
        if said.state != "done":
            go_on = st.button("Go on", type="primary", key=f"on-{job}")
            if go_on:
                jobs.go_on(workspace, job)
                st.rerun()
        if st.button("Done" if said.state == "done" else "Put away", key=f"away-{job}"):
            jobs.put_away(workspace, job)
            st.rerun()
    if told.trouble:
        in_full = session_state.vocabulary() == "statistics"
        trouble = told.trouble if in_full else without_commands(told.trouble)
        st.error(plain(trouble), icon=":material/error:")
    elif said.state == "done" and then is not None:
        then(said)
