"""Session state of adding photos: the open folder, uploads, and jobs that a page has shown."""

import streamlit as st

from dashboard.background import received_files
from photorank.workspace import Workspace


def note_job(job: str, *, runs: bool) -> None:
    """Record whether a job was running when the page was shown."""
    st.session_state.setdefault("jobs", {})[job] = runs


def knows_job(job: str) -> bool:
    """True if a job was shown on a page of this browser session."""
    return job in st.session_state.get("jobs", {})


def job_ran(job: str) -> bool:
    """True if a job was running when the page was last shown."""
    return bool(st.session_state.get("jobs", {}).get(job))


def chosen_folder(otherwise: str) -> str:
    """Folder currently open in the dialog Add photos."""
    return str(st.session_state.setdefault("folder", otherwise))


def choose_folder(folder: str) -> None:
    """Open a folder in the dialog Add photos."""
    st.session_state["folder"] = folder


def sending_token(name: str) -> str:
    """Token of this browser session for uploads to an index, renewed when expired."""
    known: dict[str, str] = st.session_state.setdefault("sending", {})
    if name not in known or received_files.receiver(known[name]) is None:
        known[name] = received_files.begin(Workspace.current(), name)
    return known[name]
