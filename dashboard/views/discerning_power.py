"""Home: how well each vector orders photos as people did, and how sure that is."""

import streamlit as st

from dashboard import (
    charts,
    closer,
    components,
    explaining,
    grids,
    loading,
    measures,
    power,
    protocol,
    work,
)

index = components.opened("Discerning power")
with components.explained():
    evaluation = loading.evaluation(index)
    vectors = loading.vectors(index)
if evaluation is None:
    if vectors:
        grids.best_and_worst(index, next(iter(vectors.values())))
    components.first_evaluation(index)
    st.stop()

answer, caution = st.container(key="headline"), st.container()
with st.container(horizontal=True, gap="medium"):
    scopes = {name: measures.SCOPES[name][0] for name in measures.scopes(evaluation)}
    scope = components.choice("Which pairs", scopes, "scope") if len(scopes) > 1 else "all"
    found = {name: measures.METRICS[name].label for name in measures.metrics(evaluation, scope)}
    metric = components.choice("Measured by", found, "metric")

board = power.board(evaluation, scope, metric)
answer.markdown(board.headline)
caution.caption(board.caution)

components.show_chart(charts.intervals(board.rows, board.metric), "intervals", board.title)
st.caption(f"{board.reading} {board.metric.meaning}")

shown = power.worth_showing(board, vectors, index.name)
if shown is not None:
    grids.best_and_worst(index, vectors[shown], power.made_by(board, vectors[shown]))

if board.leader is not None and board.gaps_reading:
    st.header("How sure is the lead?", anchor=False)
    chart = charts.gaps(board.gaps, board.leader, board.metric)
    components.show_chart(chart, "gaps", f"lead of {board.leader}")
    st.caption(board.gaps_reading)

about = "" if scope == "all" else "Over all pairs, but for “Every difference”."
components.look_closer(closer.looks(evaluation, scope, metric), index.name, about)

explaining.content(index, vectors, board.leader)

st.header("All numbers", anchor=False)
components.results_table(board)
with st.container(horizontal=True):
    csv = power.as_csv(evaluation)
    name = f"{index.name}-evaluation.csv"
    st.download_button("Everything as CSV", csv, name, "text/csv", help=measures.PNG_HELP)
    with st.popover("How this was measured"):
        st.markdown(protocol.described(evaluation))
        st.code(protocol.command(evaluation), language=None, wrap_lines=True)
    again = st.button("Measure again")
if again:
    with components.explained(st.error):
        work.evaluate(index, evaluation["protocol"], components.progress_bar())
    st.rerun()
