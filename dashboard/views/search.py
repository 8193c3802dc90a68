"""Photos by words, by a photo, by a vector, and like a photo but better."""

import streamlit as st

from dashboard import components, draws, finding, found, picking, rated, seeking, why

index = components.opened("Search")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    way = components.choice("Search by", seeking.WAYS, "by")
    vector = components.vector_picker(index)

if way == "words":
    text = st.text_input(
        "What is on the photo", key="q", bind="query-params", placeholder="children at the beach"
    )
    if not text.strip():
        st.info("Say what is on the photos you look for.", icon=":material/search:")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("For example", width="content")
            for example in seeking.EXAMPLES:
                st.button(example, on_click=draws.fill, args=["q", example], type="tertiary")
        st.stop()
    with components.explained(st.warning):
        result = seeking.along(index, finding.direction(index, text))
    if index.fingerprint.model == "embedded":
        st.caption(why.STAND_IN)
    what, results = text, st.container()
elif way == "vector":
    result = seeking.along(index, vector.direction)
    what, results = vector.name, st.container()
else:
    place, results = st.columns([1, 2], gap="large")
    photo = picking.photo_picker("a", index, place, name="like")
    if photo is None:
        results.info("Choose a photo, or upload one.", icon=":material/image_search:")
        st.stop()
    own = photo.source if isinstance(photo.source, int) else None
    if way == "photo":
        result = seeking.like(index, photo.embedding, own)
    else:
        with components.explained():
            ratings = rated.ratings(index, vector)
        result = seeking.better(index, vector, photo.embedding, ratings)
    what = str(own)
    if not len(result.rows):
        results.info(
            "No photo much like it is rated clearly higher.", icon=":material/emoji_events:"
        )
        st.stop()

with results:
    found.show(
        index,
        vector,
        result.rows,
        seeking.sentence(way, vector.name, len(index)),
        f"{way}-{what}-{vector.name}",
        None if way == "vector" else result.similarities,
    )
