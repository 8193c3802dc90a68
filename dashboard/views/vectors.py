"""The vectors of an index: what each likes, where it is from, and two ways to make another."""

import streamlit as st

from dashboard import cards, components, loading, work

index = components.opened("Vectors")
with components.explained():
    vectors = loading.vectors(index)
    labels = loading.labels(index)
    evaluation = loading.evaluation(index)
if index.manifest.encoder == "embedded":
    st.info(cards.STAND_IN, icon=":material/translate:")

grid = st.grid(2, min_column_width=420)
for name, vector in vectors.items():
    own = index.paths.vector(name).exists()
    with grid.cell():
        components.vector_card(index, vector, cards.card(vector, evaluation, own=own))

by_words, by_judgements = st.columns(2)
with by_words, st.form("prompt", border=True):
    st.header("A vector from words", anchor=False)
    called = st.text_input("Name", cards.free_name("my-words", vectors))
    wanted = st.text_area(
        "Photos like", placeholder="a sharp photo of people laughing", help=cards.PROMPT_HELP
    )
    unwanted = st.text_area("and not like (may be left empty)", placeholder="a blurred snapshot")
    make, told_of_words = st.form_submit_button("Make it", type="primary"), st.container()

with by_judgements, st.form("learn", border=True):
    st.header("A vector from judgements", anchor=False)
    name = st.text_input("Name", cards.free_name("my-taste", vectors))
    learner = st.selectbox("Learner", cards.LEARNERS, format_func=lambda kind: cards.LEARNERS[kind])
    known = cards.comparable(labels)
    within = st.selectbox("Compare", known, format_func=lambda kind: cards.WITHIN[kind])
    learn, told_of_labels = st.form_submit_button("Learn it", type="primary"), st.container()

# Both forms are there before either is answered: an error ends the page.
if make and not wanted.strip():
    told_of_words.error("Say in words what the photos are like.", icon=":material/edit:")
elif make:
    with components.explained(told_of_words.error):
        work.add_prompt(index, called, cards.lines(wanted), cards.lines(unwanted))
    st.rerun()
if learn:
    with told_of_labels, components.explained(st.error):
        work.add_learned(index, name, learner, within, components.progress_bar())
    st.rerun()
