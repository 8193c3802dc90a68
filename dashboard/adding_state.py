"""Streamlit session state for adding photos: open folder, upload tokens, displayed jobs."""

import streamlit as st

from dashboard.background import accept_uploads
from photorank.workspace import Workspace


def note_job(job: str, *, runs: bool) -> None:
    """Store in the session whether a background job was running when the page was drawn."""
    st.session_state.setdefault("jobs", {})[job] = runs


def job_was_shown(job: str) -> bool:
    """True if a page of this browser session has shown the background job."""
    return job in st.session_state.get("jobs", {})


def job_was_running(job: str) -> bool:
    """True if the background job was running when the page was last drawn."""
    return bool(st.session_state.get("jobs", {}).get(job))


def current_folder(otherwise: str) -> str:
    """Path of the folder that is open in the dialog Add photos; `otherwise` if none is open yet."""
    return str(st.session_state.setdefault("folder", otherwise))


def set_current_folder(folder: str) -> None:
    """Set the folder that is open in the dialog Add photos."""
    st.session_state["folder"] = folder


def upload_token(name: str) -> str:
    """Upload token of this browser session for an index; an expired token is replaced."""
    known: dict[str, str] = st.session_state.setdefault("sending", {})
    if name not in known or accept_uploads.receiver(known[name]) is None:
        known[name] = accept_uploads.begin_upload(Workspace.current(), name)
    return known[name]
