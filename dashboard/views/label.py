"""Which of two photos do you like better? Twenty answers make a vector that is yours."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.models import labelling, vector_card
from dashboard.widgets import common, label_pairs, photo_grid

index = common.opened("Label")
if len(index) < 2:
    st.info("To choose between photos takes two of them.", icon=":material/filter_1:")
    st.stop()
with common.explained():
    people = index_data.clickers(index)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="sitting"):
    mode = common.choice("What to do", labelling.modes(len(people)), "mode")
    rater = label_pairs.name_picker(people)
    with st.popover("Settings", icon=":material/tune:"):
        vector = None
        if index_data.vectors(index):
            vector = common.vector_picker(index, "Starting from", labelling.PRIOR_HELP)
        else:
            st.caption("The index has no vector yet: you begin from nothing.")
        labels = index_data.labels(index, rater)
        kinds = labelling.kinds(vector_card.comparable(labels))
        kind = common.choice("Two photos of", kinds, "within") if len(kinds) > 1 else "all"

sitting = label_pairs.Sitting(index, rater, vector, labelling.codes(labels, kind))
desk = session_state.desk(index.name, rater, vector.name if vector else "", kind)
if mode == "pairs":
    label_pairs.two_up(sitting, desk)
elif mode == "stars":
    sheet = st.container()
    with st.container(horizontal=True, horizontal_alignment="center"):
        pages = -(-len(index) // labelling.STAR_PAGE)
        page = st.pagination(
            pages, key=f"starred-{index.name}", width=photo_grid.PAGER, persist_state="session"
        )
    with sheet:
        label_pairs.star_sheet(sitting, desk, page)
else:
    label_pairs.company(sitting, people)
