"""Page Two photos: probability that each of two photos is the better one."""

import numpy as np
import streamlit as st

from dashboard import session_state
from dashboard.cache import vector_ratings
from dashboard.charts import evaluation_charts
from dashboard.models import two_photos
from dashboard.widgets import explanation_panels, page_head, photo_picker, pickers
from dashboard.widgets.chart import show_chart
from dashboard.widgets.errors import show_errors
from photorank.rating.rate_photo import index_slope

index, bar = page_head.open_page("Compare")
with bar:
    vector = pickers.vector_picker(index)
    if len(index) > 1:
        choose = session_state.choose_two_at_random
        st.button("Two at random", icon=":material/casino:", on_click=choose, args=[index])
with show_errors():
    ratings = vector_ratings.ratings(index, vector)

answer = st.container()
sides = st.columns(2, gap="medium")
first, second = (
    photo_picker.photo_picker(which, index, side, name=which)
    for which, side in zip(("first", "second"), sides, strict=True)
)
if first is None or second is None:
    answer.info("Choose two photos to see which one to print.", icon=":material/compare:")
    st.stop()

pair = np.stack([first.embedding, second.embedding])
verdict = two_photos.verdict(vector, pair, index_slope(index, vector, ratings), ratings)

with answer:
    st.container(key="headline").markdown(verdict.sentence)
    balance = evaluation_charts.probability_bar(verdict.probability)
    show_chart(balance, "balance", verdict.summary)
    st.caption(verdict.trust)
first.words.metric("First photo is better", verdict.chances[0])
first.words.caption(verdict.facts[0])
second.words.metric("Second photo is better", verdict.chances[1])
second.words.caption(verdict.facts[1])
if st.toggle("Where do these ratings come from?", key="why", bind="query-params"):
    explanation_panels.explain_two(index, vector, (first, second))
