"""Which of two photos do you like better? Twenty answers make a vector that is yours."""

import streamlit as st

from dashboard import cards, components, draws, grids, labelling, loading, stage

index = components.opened("Label")
if len(index) < 2:
    st.info("To choose between photos takes two of them.", icon=":material/filter_1:")
    st.stop()
with components.explained():
    people = loading.clickers(index)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="sitting"):
    mode = components.choice("What to do", labelling.modes(len(people)), "mode")
    rater = stage.name_picker(people)
    with st.popover("Settings", icon=":material/tune:"):
        vector = None
        if loading.vectors(index):
            vector = components.vector_picker(index, "Starting from", labelling.PRIOR_HELP)
        else:
            st.caption("The index has no vector yet: you begin from nothing.")
        labels = loading.labels(index, rater)
        kinds = labelling.kinds(cards.comparable(labels))
        kind = components.choice("Two photos of", kinds, "within") if len(kinds) > 1 else "all"

sitting = stage.Sitting(index, rater, vector, labelling.codes(labels, kind))
desk = draws.desk(index.name, rater, vector.name if vector else "", kind)
if mode == "pairs":
    stage.two_up(sitting, desk)
elif mode == "stars":
    sheet = st.container()
    with st.container(horizontal=True, horizontal_alignment="center"):
        pages = -(-len(index) // labelling.STAR_PAGE)
        page = st.pagination(
            pages, key=f"starred-{index.name}", width=grids.PAGER, persist_state="session"
        )
    with sheet:
        stage.star_sheet(sitting, desk, page)
else:
    stage.company(sitting, people)
