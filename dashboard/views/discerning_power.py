"""Home: how well each vector orders photos as people did, and how sure that is."""

import streamlit as st

from dashboard import actions
from dashboard.cache import index_data
from dashboard.charts import evaluation_charts
from dashboard.models import (
    evaluation_details,
    evaluation_protocol,
    evaluation_tables,
    metric_texts,
)
from dashboard.widgets import common, explanation_panels, photo_grid

index = common.opened("Discerning power")
with common.explained():
    evaluation = index_data.evaluation(index)
    vectors = index_data.vectors(index)
if evaluation is None:
    if vectors:
        photo_grid.best_and_worst(index, next(iter(vectors.values())))
    common.first_evaluation(index)
    st.stop()

answer, caution = st.container(key="headline"), st.container()
with st.container(horizontal=True, gap="medium"):
    scopes = {name: metric_texts.SCOPES[name][0] for name in evaluation.scopes}
    scope = common.choice("Which pairs", scopes, "scope") if len(scopes) > 1 else "all"
    found = {
        name: metric_texts.METRICS[name].label for name in metric_texts.metrics(evaluation, scope)
    }
    metric = common.choice("Measured by", found, "metric")

board = evaluation_tables.board(evaluation, scope, metric)
answer.markdown(board.headline)
caution.caption(board.caution)

common.show_chart(evaluation_charts.intervals(board.rows, board.metric), "intervals", board.title)
st.caption(f"{board.reading} {board.metric.meaning}")

shown = evaluation_tables.stored_vector_of_best(board, vectors, index.name)
if shown is not None:
    photo_grid.best_and_worst(
        index, vectors[shown], evaluation_tables.learner_note(board, vectors[shown])
    )

if board.leader is not None and board.leads_reading:
    st.header("How sure is the lead?", anchor=False)
    chart = evaluation_charts.leads(board.leads, board.leader, board.metric)
    common.show_chart(chart, "gaps", f"lead of {board.leader}")
    st.caption(board.leads_reading)

about = "" if scope == "all" else "Over all pairs, but for “Every difference”."
common.look_closer(evaluation_details.panels(evaluation, scope, metric), index.name, about)

explanation_panels.content(index, vectors, board.leader)

st.header("All numbers", anchor=False)
common.results_table(board)
with st.container(horizontal=True):
    csv = evaluation_tables.as_csv(evaluation)
    name = f"{index.name}-evaluation.csv"
    st.download_button("Everything as CSV", csv, name, "text/csv", help=metric_texts.PNG_HELP)
    with st.popover("How this was measured"):
        st.markdown(evaluation_protocol.described(evaluation))
        st.code(evaluation_protocol.command(evaluation), language=None, wrap_lines=True)
    again = st.button("Measure again")
if again:
    with common.explained(st.error):
        actions.evaluate(index, evaluation.protocol, common.progress_bar())
    st.rerun()
