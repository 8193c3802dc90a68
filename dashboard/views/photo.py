"""Dashboard page “One photo”: a photo's rating, explained, and similar better photos."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import vector_ratings
from dashboard.models import explanation_texts, photo_reasons
from dashboard.widgets import explanation_panels, face_boxes, page_head, photo_picker, pickers
from dashboard.widgets.errors import show_errors

index, bar = page_head.open_page("One photo")
with bar:
    vector = pickers.vector_picker(index)
left, right = st.columns([1.4, 1], gap="large")
answer = right.container(key="headline")
photo = photo_picker.photo_picker("a", index, left, name="photo", otherwise=0)
if photo is None:
    right.info("Choose a photo to see where its rating comes from.", icon=":material/search:")
    st.stop()

# What is known of an embedding comes first: a heat map and words may take seconds.
with show_errors():
    percentile = vector_ratings.percentile_of(index, vector, photo.embedding)
answer.markdown(
    explanation_texts.headline(vector.name, percentile, len(index), session_state.vocabulary())
)
if isinstance(photo.source, int):
    photo.words.caption(explanation_texts.capture_sentence(index.photo(photo.source)))
    face_boxes.show_faces(index, photo.source, photo.words, photo.frame)
here = vector_ratings.contribution(index, vector, photo.source, photo.embedding)
photo.words.markdown(photo_reasons.contribution_sentence(*here))
with right:
    explanation_panels.explain_one(index, vector, photo)
