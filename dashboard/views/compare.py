"""Page Compare: the probability that each of two photos is the better one."""

import streamlit as st

from dashboard import session_state
from dashboard.component.photo_view import show_side_by_side
from dashboard.widgets import compare_panels, explanation_panels, page_head, pickers

index, bar = page_head.open_page("Compare")
with bar:
    vector = pickers.vector_or_prompt_picker(index)
    if len(index) > 1:
        choose = session_state.choose_two_at_random
        st.button("Two at random", icon=":material/casino:", on_click=choose, args=[index])
        st.button("Pick two", icon=":material/grid_view:", on_click=session_state.set_photo_chooser)

photos, beside = st.columns([2.9, 1], gap="medium")
side = beside.container(key="side")
answer = side.container(key="answer")
pair = compare_panels.ask_pair(index, side)
with photos:
    if session_state.shows_photo_chooser() or not pair.picked:
        bar.caption(compare_panels.HOW_TO_PICK, width="content")
        with st.container(key="choose"):
            compare_panels.pick_two(index, vector)
        st.stop()
    if session_state.is_swapped():
        pair.swap()
    bar.button("Swap", icon=":material/swap_horiz:", on_click=session_state.swap_photos)
    show_side_by_side("pair", pair.shown)
if not pair.is_complete:
    answer.info("Upload or pick another photo.", icon=":material/compare:")
    st.stop()
with answer:
    compare_panels.show_verdict(index, vector, pair)
with photos:
    explains = st.toggle("Where does this come from?", key="why", bind="query-params")
if explains:  # below the verdict, which a narrow window has below the photos
    explanation_panels.explain_two(index, vector, pair.picked)
