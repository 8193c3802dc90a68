"""How a photo is rated, where that comes from, and which photos like it are better."""

import streamlit as st

from dashboard import components, explaining, picking, rated, why

index = components.opened("One photo")
vector = components.vector_picker(index)
answer = st.container(key="headline")
left, right = st.columns(2, gap="large")
photo = picking.photo_picker("a", index, left, name="photo", otherwise=0)
if photo is None:
    right.info("Choose a photo to see where its rating comes from.", icon=":material/search:")
    st.stop()

# What is known of an embedding comes first: a heat map and words may take seconds.
with components.explained():
    standing = rated.better_than(index, vector, photo.embedding)
answer.markdown(why.headline(vector.name, standing, len(index)))
with right:
    found = explaining.explanation(index, vector, photo)
    if found is None:
        st.stop()
    with st.container(key="large-heat"):
        st.image(why.drawn([found])[0], width="stretch", alt="heat map of the photo")
    explaining.reasons(index, vector, found, "photo")
