"""Page Encoders: leaderboard of image encoders and rating vectors on the same photos."""

from pathlib import Path

import streamlit as st

from dashboard import actions
from dashboard.background import jobs
from dashboard.cache import index_data
from dashboard.component.forest_view import show_forest
from dashboard.models.results import encoder_tables
from dashboard.widgets import page_head
from dashboard.widgets.errors import show_errors
from dashboard.widgets.results.text_table import show_table
from dashboard.widgets.way_in.job_panel import job_panel

_, bar = page_head.open_page("Encoders", lab=True)
workspace = index_data.workspace()
names = index_data.index_names()
with bar:
    chosen = st.multiselect(
        "Indexes to compare",
        names,
        default=names,
        label_visibility="collapsed",
        placeholder="Indexes to compare",
        key="compared",
    )
    asked = st.button("Compare", type="primary", disabled=not chosen)
if asked:
    with show_errors(st.error):
        actions.compare_encoders(chosen)
job_panel(jobs.LEADERBOARD)

with show_errors(st.error):
    board = encoder_tables.latest(workspace.leaderboard.with_suffix(".json"))
if board is None:
    st.markdown(
        "Indexes of the same photos, made by different encoders or framings, are compared on the "
        "same pairs of photos that were held out: which of them order photos as people did, by "
        "how much, and what a photo costs. One becomes another by"
    )
    st.code("photorank index --from NAME --name NEW --encoder SPEC", language=None, wrap_lines=True)
    st.stop()

shown_panels = encoder_tables.panels(board)
for panel in shown_panels:
    st.header(panel.title, anchor=False)
    st.markdown(panel.summary)
with st.expander("How to read this"):
    st.markdown(encoder_tables.terms_explained())
for panel in shown_panels:
    if len(shown_panels) > 1:
        st.header(panel.title, anchor=False)
    show_table(panel.indexes)
    for shown in panel.scopes:
        st.subheader(shown.title, anchor=False)
        show_forest(f"intervals-{shown.key}", shown.forest, fixed=True)
        results, seen = shown.tables
        show_table(results, title=False)
        show_table(seen)
    show_table(panel.encoders)
    with st.expander("How this was made"):
        st.markdown(panel.made)
    for note in panel.notes:
        st.caption(note)
for note in encoder_tables.left_out(board):
    st.caption(note)
report: Path = workspace.leaderboard.with_suffix(".html")
if report.exists():
    st.download_button(
        "The report with photos, one HTML file",
        report.read_bytes,
        "leaderboard.html",
        "text/html",
        icon=":material/download:",
    )
st.caption(encoder_tables.made_by_sentence(board))
if board.command:
    st.code(board.command, language=None, wrap_lines=True)
