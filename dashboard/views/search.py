"""Dashboard page “Search”: photos that match a text, or resemble a photo, or are rated highest."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import search_and_map, vector_ratings
from dashboard.models import explanation_texts, search
from dashboard.widgets import page_head, photo_picker, pickers, search_results
from dashboard.widgets.errors import show_errors

index, bar = page_head.open_page("Search", lab=True)
with bar:
    ways = search.ways(like=bool(session_state.photo_in_address("like")))
    way = pickers.choose_one("Search by", ways, "by")
    vector = pickers.vector_picker(index)
    text = search_results.ask_words() if way == "words" else ""

offers = way == "words" and not text
if text:
    results = st.container()
    with show_errors(st.warning):
        found = search.farthest_along(index, search_and_map.direction(index, text))
    if index.fingerprint.is_embedded:
        st.caption(explanation_texts.STAND_IN)
    what = text
elif way in ("words", "vector"):
    way = "vector"  # until words come, the best are shown
    found, results = search.rated_highest(index, vector), st.container()
    what = vector.name
else:
    place, results = st.columns([1, 2], gap="large")
    photo = photo_picker.photo_picker("a", index, place, name="like")
    if photo is None:
        with results:
            st.info("Choose a photo, or upload one.", icon=":material/image_search:")
            search_results.pick_one(index, vector)
        st.stop()
    own = photo.source if isinstance(photo.source, int) else None
    if way == "photo":
        found = search.most_similar(index, photo.embedding, own)
    else:
        with show_errors():
            ratings = vector_ratings.ratings(index, vector)
        found = search.similar_but_better(index, vector, photo.embedding, ratings)
    what = str(own)
    if not len(found.rows):
        nothing = "No photo similar to it is rated clearly higher."
        results.info(nothing, icon=":material/emoji_events:")
        st.stop()

with results:
    text = search.found_text(way, vector.name, len(index))
    key = f"{way}-{what}-{vector.name}"
    search_results.show_found(index, vector, found, text, key, examples=offers)
