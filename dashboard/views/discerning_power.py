"""Page Discerning power: how well each rating vector agrees with people's judgements."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.formatting import error_text
from dashboard.models.results import evaluation_tables, metric_texts, plain_board
from dashboard.models.words import vector_text
from dashboard.widgets import page_head, pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.results import evaluation_panels, power_panels
from photorank.evaluation.default_vector import by_preference
from photorank.typing import Scope

index, bar = page_head.open_page("Discerning power")
with show_errors():
    evaluation = index_data.evaluation(index)
    vectors = index_data.vectors(index)
    broken = index_data.broken_evaluation(index)
if broken is not None:
    st.info(error_text(broken), icon=":material/restart_alt:")
if evaluation is None:
    evaluation_panels.first_evaluation(index)
    if vectors:
        best = by_preference(vectors, None)[0]
        named = vector_text(best, session_state.vocabulary())
        power_panels.best_and_weakest(index, vectors[best], named)
    st.stop()

asked = session_state.asks_for_statistics()
mode = "statistics" if asked else session_state.vocabulary()
statistics = mode == "statistics"
scope: Scope = "all"
metric = "pairwise_accuracy"
with bar:
    scopes = metric_texts.scopes(evaluation, mode)
    if len(scopes) > 1:
        scope = pickers.choose_one("Which pairs", scopes, "scope")
    metrics = metric_texts.metrics(evaluation, scope)
    if statistics:
        metric = pickers.choose_one("Measured by", metrics, "metric")

board = evaluation_tables.board(evaluation, scope, metric)
answer = board.headline if statistics else plain_board.headline(board)
st.container(key="headline").markdown(answer)
caution = board.caution if statistics else plain_board.caution(board, index.name)
begun = plain_board.default_text(vectors, evaluation, mode) if vectors else ""
st.caption(f"{caution} {begun}".strip())
power_panels.forest_and_photos(index, board, mode)
if statistics:
    evaluation_panels.statistical_end(index, evaluation, board, vectors)
else:
    evaluation_panels.plain_end(index, evaluation)
