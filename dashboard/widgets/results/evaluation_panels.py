"""Widgets that start an evaluation, and show its results as tables and charts."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import actions, session_state
from dashboard.background import jobs
from dashboard.cache import index_data
from dashboard.charts.detail_charts import detail_chart
from dashboard.component.forest_view import show_forest
from dashboard.models.results import evaluation_protocol, evaluation_tables
from dashboard.models.results.evaluation_details import LABELS, Panel, panels
from dashboard.models.results.forest import leads_forest
from dashboard.models.results.metric_texts import PNG_HELP
from dashboard.widgets import explanation_panels, photo_grid, pickers
from dashboard.widgets.chart import show_chart
from dashboard.widgets.errors import show_errors
from dashboard.widgets.way_in import add_photos, job_panel
from photorank.errors import counted
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector


def first_evaluation(index: Index) -> None:
    """Show the button for an index's first evaluation, or what is still needed for it."""
    if index.name == evaluation_tables.SAMPLE:
        st.markdown("The sample is not complete: building it was interrupted.")
        if not job_panel.job_panel(jobs.SAMPLE):
            add_photos.build_sample_button("Finish the sample")
        return
    if not index_data.is_judged(index):
        st.markdown("Nobody has judged these photos yet, so nothing could be measured on them.")
        if len(index) > 1:
            icon = ":material/thumbs_up_down:"
            photo_grid.page_link("teach", "Say which of two you like better", icon=icon)
        st.caption(
            "Ratings that you have already, as stars or in a table, can be imported as well: the "
            "documentation tells how, under *Photos and labels*."
        )
        return
    with show_errors():
        pairs = index_data.n_judged_pairs(index)
    st.container(key="headline").markdown(
        f"People ordered {counted(pairs, 'pair')} of these photos. How often is each way to judge "
        "right?"
    )
    measure_button(index, "Measure now", ())
    st.caption(
        "Every way to judge is tested on photos that it has not seen. Some hundred photos take "
        "about a minute, many thousands some minutes; everything else can be used meanwhile."
    )


def measure_button(index: Index, label: str, options: Sequence[str]) -> None:
    """Show the button that starts an evaluation, or the progress of a running one."""
    if job_panel.job_panel(jobs.evaluation_job(index.name)):
        return
    if st.button(label, type="primary" if not options else "secondary"):
        with show_errors(st.error):
            actions.evaluate(index, options)
        st.rerun()


def _results_table(board: evaluation_tables.Board) -> None:
    """Show a leaderboard of rating vectors as a sortable table."""
    digits, numbers = "%.3f", ["value", "low", "high", "by_photo"]
    rows, column = board.rows, st.column_config
    if board.metric.as_share:
        digits, rows = "%.1f %%", rows.assign(**{name: 100 * rows[name] for name in numbers})
    st.dataframe(
        rows,
        hide_index=True,
        column_order=[
            *("vector", "value", "low", "high"),
            *(["by_photo"] if board.rows["by_photo"].notna().any() else []),
            *("n_photos", "n_pairs", "family", "note"),
        ],
        column_config={
            "vector": column.TextColumn("Vector", pinned=True),
            "family": column.TextColumn("Made"),
            "value": column.NumberColumn(board.metric.label, format=digits),
            "low": column.NumberColumn("95 % from", format=digits),
            "by_photo": column.NumberColumn("Held out by photo", format=digits),
            "high": column.NumberColumn("to", format=digits),
            "n_photos": column.NumberColumn("Photos", format="localized"),
            "n_pairs": column.NumberColumn("Pairs", format="localized"),
            "note": column.TextColumn("Note", width="large"),
        },
    )


def look_closer(views: Mapping[str, Sequence[Panel]], stem: str, about: str) -> None:
    """Show a selector of evaluation details, with charts, texts and CSV of the selected detail."""
    if not views:
        return
    st.header("Looking closer", anchor=False)
    if about:
        st.caption(about)
    view = pickers.choose_one("What to look at", {name: LABELS[name] for name in views}, "look")
    shown = views[view]
    for place, panel in zip(st.columns(len(shown), gap="large"), shown, strict=True):
        show_chart(detail_chart(panel), f"look-{panel.name}", panel.title, place)
        place.caption(panel.reading)
        file, key = f"{stem}-{panel.name}.csv", f"csv-{panel.name}"
        place.download_button("As CSV", panel.csv, file, "text/csv", key=key, help=PNG_HELP)


def all_numbers(index: Index, evaluation: Evaluation, board: evaluation_tables.Board) -> None:
    """Show a table of all results, how they were measured, and a button to measure again."""
    st.header("All numbers", anchor=False)
    _results_table(board)
    with st.container(horizontal=True):
        csv, name = evaluation_tables.as_csv(evaluation), f"{index.name}-evaluation.csv"
        st.download_button("Everything as CSV", csv, name, "text/csv", help=PNG_HELP)
        with st.popover("How this was measured"):
            st.markdown(evaluation_protocol.protocol_text(evaluation))
            st.code(evaluation_protocol.command(evaluation), language=None, wrap_lines=True)
    measure_button(index, "Measure again", evaluation_protocol.options(evaluation))


def statistical_end(
    index: Index,
    evaluation: Evaluation,
    board: evaluation_tables.Board,
    vectors: Mapping[str, MasterVector],
) -> None:
    """Show the last part, in statistical words, of the dashboard page "Discerning power".

    It holds the best vector's lead, the details, content removal and all numbers.
    """
    st.caption(f"{board.reading} {board.metric.meaning}")
    if board.leader is not None and board.leads_reading:
        st.header("How sure is the lead?", anchor=False)
        table = leads_forest(board.leads, board.leader, board.metric)
        show_forest("gaps", table, fixed=True)
        st.caption(board.leads_reading)
    about = "" if board.scope == "all" else "Over all pairs, but for “Every difference”."
    views = panels(evaluation, board.scope, board.name)
    look_closer(views, index.name, about)
    explanation_panels.content_removal(index, vectors, board.leader)
    all_numbers(index, evaluation, board)


def plain_end(index: Index, evaluation: Evaluation) -> None:
    """Show the buttons at the bottom of the non-technical version of the page “Discerning power”.

    The buttons show all statistics, tell how they were measured, and measure again.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Show all statistics",
            icon=":material/query_stats:",
            on_click=session_state.speak_as_statistician,
        )
        with st.popover("How this was measured"):
            st.markdown(evaluation_protocol.in_plain_words(evaluation))
    measure_button(index, "Measure again", evaluation_protocol.options(evaluation))
