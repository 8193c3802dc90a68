"""Start page, and dialog that adds photos from a folder of this computer or by upload."""

from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import actions, adding_state, session_state
from dashboard.background import access, folders, jobs
from dashboard.background.collection_names import name_for
from dashboard.cache import index_data
from dashboard.component import sending_view
from dashboard.formatting import error_text, plain
from dashboard.widgets.errors import show_errors
from dashboard.widgets.way_in import job_panel
from photorank.errors import PhotorankError, counted
from photorank.progress_file import Progress

READ_ONLY = "They stay where they are: photos are only read, never changed, and none leaves here."
NEW = "A new collection"


def show_start_page() -> None:
    """Show the start page of an empty workspace: add photos, or build the sample index."""
    session_state.note_page("Welcome")
    with st.container(key="way-in"):
        st.title("Which of your photos are worth printing?", anchor=False)
        st.container(key="headline").markdown(
            "Add a folder of photos, and the best of them stand first. Teach it with a few "
            "choices, and they are the best by *your* taste."
        )
        busy = [job_panel.job_panel(job, show_link_to_best) for job in (jobs.ADD, jobs.SAMPLE)]
        own, sample = st.columns(2, gap="medium")
        with own.container(border=True, height="stretch", key="card-own"):
            st.header("Your photos", anchor=False)
            st.markdown(READ_ONLY)
            add_button(disabled=any(busy))
        with sample.container(border=True, height="stretch", key="card-sample"):
            st.header("Look around", anchor=False)
            st.markdown(
                "The sample is made here from eight photographs that are spoilt on purpose: "
                "blurred, shaken, tilted, too dark. It needs no network and takes about a minute."
            )
            build_sample_button("Build the sample", disabled=any(busy))


def build_sample_button(label: str, *, disabled: bool = False) -> None:
    """Show the button that builds the sample index in the background."""
    if st.button(label, icon=":material/auto_awesome:", disabled=disabled):
        jobs.start(index_data.workspace(), jobs.SAMPLE, ["demo", "--build-only"])
        st.rerun()


def add_button(into: str | None = None, *, disabled: bool = False) -> None:
    """Show the button that opens the dialog for adding photos; index `into` is preselected."""
    if st.button("Add photos", type="primary", icon=":material/add:", disabled=disabled):
        _add_photos(into)


@st.dialog("Add photos", width="medium")
def _add_photos(into: str | None) -> None:
    said = jobs.progress(index_data.workspace(), jobs.ADD)
    if said is not None and said.is_running:
        st.info("Photos are being added already. Add more when that is done.")
        return
    if not access.at_this_computer():
        _upload(into)
        return
    folder = _choose_folder()
    if folder is None:
        return
    count = folders.count_photos(folder)
    more = "" if count.is_whole else " or more"
    st.caption(
        f"{counted(count.photos, 'photo')}{more} in **{plain(folder.name or folder)}**, the "
        f"folders in it included. {READ_ONLY}"
    )
    name = _choose_index(folder.name, into)
    label = f"Add {counted(count.photos, 'photo')}{more}"
    if st.button(label, type="primary", disabled=not count.photos or not name):
        _start_job(partial(actions.add_folder, name, folder))


def _choose_folder() -> Path | None:
    """Show the folder chooser; return the current folder's path, or None if it is unreadable."""
    places = folders.starting_folders()
    begin = places.get("Pictures", Path.home())
    found = folders.listing(adding_state.current_folder(str(begin)))
    st.text_input("Folder on this computer", key="folder")
    go = adding_state.set_current_folder
    with st.container(horizontal=True, gap="xsmall", key="places"):
        up = str(found.here.parent)
        st.button("Up", icon=":material/arrow_upward:", on_click=go, args=[up], key="go-up")
        for number, (name, place) in enumerate(places.items()):
            label, key = plain(name), f"go-{number}"
            st.button(label, on_click=go, args=[str(place)], key=key, type="tertiary")
    if found.trouble:
        st.error(error_text(PhotorankError(found.trouble)), icon=":material/folder_off:")
        return None
    if found.folders:
        with (
            st.container(height=200, key="folders"),
            st.container(horizontal=True, gap="xsmall"),
        ):
            for number, one in enumerate(found.folders):
                label, icon, key = plain(one.name), ":material/folder:", f"open-{number}"
                st.button(label, icon=icon, on_click=go, args=[str(one)], key=key)
    if found.more:
        st.caption(f"{counted(found.more, 'more folder')} here: type the path to open one.")
    return found.here


def _choose_index(folder: str, into: str | None) -> str:
    """Show a picker of the index to add photos to; return the selected or typed name."""
    known = index_data.index_names()
    options = [NEW, *known]
    chosen = st.selectbox(
        "Add them to", options, index=options.index(into) if into in known else 0, key="add-to"
    )
    if chosen != NEW:
        return str(chosen)
    return st.text_input(
        "Name of the collection", name_for(folder, known), key=f"name-{folder}", max_chars=64
    ).strip()


def show_link_to_best(said: Progress) -> None:
    """After a job added photos to an index, show a button that opens the index's best photos.

    On Home, too: it puts the job's status away, below which they stand.
    """
    icon = ":material/arrow_forward:"
    if said.index in index_data.index_names() and st.button("See your best", icon=icon):
        jobs.put_away(index_data.workspace(), jobs.ADD)
        st.switch_page("views/home.py", query_params={"in": said.index})


def _start_job(start: partial[None]) -> None:
    """Start a background job, or show the reason why it cannot start."""
    try:
        start()
    except PhotorankError as error:
        st.error(error_text(error), icon=":material/error:")
    else:
        st.rerun()


def _upload(into: str | None) -> None:
    """Show the upload field; after an upload, start adding the uploaded photos to an index."""
    st.caption(
        "The photos are copied to the computer that shows this page, and stay there. Nothing is "
        "sent to anybody else."
    )
    name = _choose_index("uploaded", into)
    with show_errors(st.error):
        token = adding_state.upload_token(name)
    sent = sending_view.upload_field(f"send-{name}", token)
    if sent is None:
        return
    if sent.refused:
        st.dataframe(pd.DataFrame(sent.refused, columns=["file", "why"]), hide_index=True)
    if sent.photos:
        _start_job(partial(actions.add_uploads, name))
