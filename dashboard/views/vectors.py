"""Page Vectors: each rating vector's best photos and origin, and forms that make new vectors."""

import streamlit as st

from dashboard import actions
from dashboard.cache import index_data
from dashboard.models import vector_card
from dashboard.widgets import page_head, progress, vector_panel
from dashboard.widgets.errors import show_errors

index, _ = page_head.open_page("Vectors", lab=True)
with show_errors():
    vectors = index_data.vectors(index)
    labels = index_data.labels(index)
    evaluation = index_data.evaluation(index)
if told := vector_card.weak_words_note(index.fingerprint):
    st.info(told, icon=":material/translate:")

grid = st.grid(2, min_column_width=420)
for name, vector in vectors.items():
    own = index.paths.vector(name).exists()
    with grid.cell():
        card = vector_card.card(vector, evaluation, own=own)
        vector_panel.vector_panel(index, vector, card)

by_words, by_judgements = st.columns(2)
with by_words, st.form("prompt", border=True):
    st.header("A vector from words", anchor=False)
    called = st.text_input("Name", vector_card.free_name("my-words", vectors))
    wanted = st.text_area(
        "Photos like", placeholder="a sharp photo of people laughing", help=vector_card.PROMPT_HELP
    )
    unwanted = st.text_area("and not like (may be left empty)", placeholder="a blurred snapshot")
    make, words_problem = st.form_submit_button("Make it", type="primary"), st.container()

with by_judgements, st.form("learn", border=True):
    st.header("A vector from judgements", anchor=False)
    name = st.text_input("Name", vector_card.free_name("my-taste", vectors))
    learner = st.selectbox(
        "Learner", vector_card.LEARNERS, format_func=lambda kind: vector_card.LEARNERS[kind]
    )
    known = vector_card.pair_kinds(labels)
    within = st.selectbox("Compare", known, format_func=lambda kind: vector_card.WITHIN[kind])
    learn, learn_problem = st.form_submit_button("Learn it", type="primary"), st.container()

# Both forms are there before either is answered: an error ends the page.
if make and not wanted.strip():
    words_problem.error("Say in words what the photos are like.", icon=":material/edit:")
elif make:
    with show_errors(words_problem.error):
        wanted_lines, unwanted_lines = vector_card.lines(wanted), vector_card.lines(unwanted)
        actions.add_prompt_vector(index, called, wanted_lines, unwanted_lines)
    st.rerun()
if learn:
    with learn_problem:
        progress.run_and_reload(
            lambda tell: actions.add_learned_vector(index, name, learner, within, tell)
        )
