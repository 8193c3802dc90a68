"""Page Teach: choices between two photos, star ratings, and the taste learned from them."""

import streamlit as st

from dashboard.cache import index_data
from dashboard.models import teach_texts
from dashboard.widgets import page_head, pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.teach import choices, people, person, stars

index, bar = page_head.open_page("Teach")
if len(index) < 2:
    st.info("It takes two photos to choose between them.", icon=":material/filter_1:")
    st.stop()
with show_errors():
    known = index_data.clickers(index)
    with bar:
        mode = pickers.choose_one("What to do", teach_texts.modes(len(known)), "mode")
        asked = person.ask_settings(index, known)
        chosen = people.ask_people(known) if mode == "together" else []
        if mode == "stars":
            st.caption("Keys 1 to 5 give stars, 0 takes them away, U undoes.", width="content")
with show_errors(st.error):
    session = person.begin_session(index, asked)

if mode == "pairs":
    choices.show_choices(session)
elif mode == "stars":
    stars.star_grid(session)
else:
    people.show_people(session, chosen)
