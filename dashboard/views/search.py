"""Photos by words, by a photo, by a vector, and like a photo but better."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import search_and_map, vector_ratings
from dashboard.models import explanation_texts, search
from dashboard.widgets import common, photo_picker, search_results

index = common.opened("Search")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    way = common.choice("Search by", search.WAYS, "by")
    vector = common.vector_picker(index)

if way == "words":
    text = st.text_input(
        "What is on the photo", key="q", bind="query-params", placeholder="children at the beach"
    )
    if not text.strip():
        st.info("Say what is on the photos you look for.", icon=":material/search:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("For example", width="content")
            for example in search.EXAMPLES:
                st.button(
                    example, on_click=session_state.fill, args=["q", example], type="tertiary"
                )
        st.stop()
    with common.explained(st.warning):
        result = search.along(index, search_and_map.direction(index, text))
    if index.fingerprint.model == "embedded":
        st.caption(explanation_texts.STAND_IN)
    what, results = text, st.container()
elif way == "vector":
    result = search.along(index, vector.direction)
    what, results = vector.name, st.container()
else:
    place, results = st.columns([1, 2], gap="large")
    photo = photo_picker.photo_picker("a", index, place, name="like")
    if photo is None:
        results.info("Choose a photo, or upload one.", icon=":material/image_search:")
        st.stop()
    own = photo.source if isinstance(photo.source, int) else None
    if way == "photo":
        result = search.like(index, photo.embedding, own)
    else:
        with common.explained():
            ratings = vector_ratings.ratings(index, vector)
        result = search.better(index, vector, photo.embedding, ratings)
    what = str(own)
    if not len(result.rows):
        results.info(
            "No photo much like it is rated clearly higher.", icon=":material/emoji_events:"
        )
        st.stop()

with results:
    search_results.show(
        index,
        vector,
        result.rows,
        search.sentence(way, vector.name, len(index)),
        f"{way}-{what}-{vector.name}",
        None if way == "vector" else result.similarities,
    )
