"""How a photo is rated, where that comes from, and which photos like it are better."""

import streamlit as st

from dashboard import components, explaining, why

index = components.opened("One photo")
vector = components.vector_picker(index)
left, right = st.columns(2, gap="large")
photo = components.photo_picker("chosen", index, 0, left)
if photo is None:
    right.info("Choose a photo to see where its rating comes from.", icon=":material/search:")
    st.stop()

found = explaining.explanation(index, vector, photo)
if found is None:
    st.stop()
with right:
    st.container(key="headline").markdown(why.headline(vector.name, found))
    st.image(why.drawn([found])[0], width="stretch", alt="heat map of the photo")
    explaining.reasons(index, found, "photo")
