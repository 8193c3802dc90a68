"""How a photo is rated, where that comes from, and which photos like it are better."""

import streamlit as st

from dashboard.cache import vector_ratings
from dashboard.models import explanation_texts
from dashboard.widgets import common, explanation_panels, photo_picker

index = common.opened("One photo")
vector = common.vector_picker(index)
answer = st.container(key="headline")
left, right = st.columns(2, gap="large")
photo = photo_picker.photo_picker("a", index, left, name="photo", otherwise=0)
if photo is None:
    right.info("Choose a photo to see where its rating comes from.", icon=":material/search:")
    st.stop()

# What is known of an embedding comes first: a heat map and words may take seconds.
with common.explained():
    standing = vector_ratings.better_than(index, vector, photo.embedding)
answer.markdown(explanation_texts.headline(vector.name, standing, len(index)))
with right:
    found = explanation_panels.explanation(index, vector, photo)
    if found is None:
        st.stop()
    with st.container(key="large-heat"):
        st.image(explanation_texts.drawn([found])[0], width="stretch", alt="heat map of the photo")
    explanation_panels.reasons(index, vector, found, "photo")
