"""Page Discerning power (home): each vector's agreement with people, with intervals."""

import streamlit as st

from dashboard.cache import index_data
from dashboard.charts import evaluation_charts
from dashboard.models.results import evaluation_details, evaluation_tables, metric_texts
from dashboard.widgets import evaluation_panels, explanation_panels, page_head, photo_grid, pickers
from dashboard.widgets.chart import show_chart
from dashboard.widgets.errors import show_errors

index, bar = page_head.open_page("Discerning power")
with show_errors():
    evaluation = index_data.evaluation(index)
    vectors = index_data.vectors(index)
if evaluation is None:
    if vectors:
        photo_grid.best_and_worst(index, next(iter(vectors.values())))
    evaluation_panels.first_evaluation(index)
    st.stop()

answer, caution = st.container(key="headline"), st.container()
with bar:
    scopes = metric_texts.scopes(evaluation)
    scope = pickers.choose_one("Which pairs", scopes, "scope") if len(scopes) > 1 else "all"
    metrics = metric_texts.metrics(evaluation, scope)
    metric = pickers.choose_one("Measured by", metrics, "metric")

board = evaluation_tables.board(evaluation, scope, metric)
answer.markdown(board.headline)
caution.caption(board.caution)
show_chart(evaluation_charts.intervals(board.rows, board.metric), "intervals", board.title)
st.caption(f"{board.reading} {board.metric.meaning}")

best = evaluation_tables.stored_vector_of_best(board, vectors, index.name)
if best is not None:
    about = evaluation_tables.learner_note(board, vectors[best])
    photo_grid.best_and_worst(index, vectors[best], about)

if board.leader is not None and board.leads_reading:
    st.header("How sure is the lead?", anchor=False)
    chart = evaluation_charts.leads(board.leads, board.leader, board.metric)
    show_chart(chart, "gaps", f"lead of {board.leader}")
    st.caption(board.leads_reading)

about = "" if scope == "all" else "Over all pairs, but for “Every difference”."
views = evaluation_details.panels(evaluation, scope, metric)
evaluation_panels.look_closer(views, index.name, about)
explanation_panels.content_removal(index, vectors, board.leader)
evaluation_panels.all_numbers(index, evaluation, board)
