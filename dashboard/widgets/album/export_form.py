"""Form on the page Album that exports a new album."""

import streamlit as st

from dashboard import actions
from dashboard.models import album
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.album.make_album import Album
from photorank.index.opened import Index


def export_form(index: Index, made: Album) -> None:
    """Show the export form with a preview of the files to write."""
    kind = pickers.choose_one("As", album.KINDS, "export")
    st.caption(album.KIND_HELP[kind])
    to = st.text_input("Into folder", key="to", placeholder="/home/me/Album")
    along = kind not in album.WITHOUT_COMPANIONS and st.checkbox(
        "With RAW files, videos and sidecars", key="companions", help=album.COMPANIONS_HELP
    )
    with show_errors(st.warning):
        ahead = album.export_preview(made, index, kind, to, along=along)
    st.markdown(ahead.sentence)
    if ahead.files:
        with st.expander("Which files?"):
            st.text("\n".join(ahead.files))
    if st.button("Write", type="primary", disabled=not ahead.can_write):
        with show_errors(st.error), st.spinner("Writing …"):
            st.success(actions.export_album(index, made, kind, to, along=along))
