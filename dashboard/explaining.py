"""Explanations as pieces of pages: heat maps over photos, concepts, better photos."""

import streamlit as st

from dashboard import components, loading, why
from dashboard.components import PickedPhoto
from dashboard.words import spoken
from photorank.errors import PhotorankError
from photorank.index.store import Index
from photorank.rating.explain import Explanation
from photorank.rating.stability import steadiness
from photorank.vectors.master import MasterVector


def explanation(index: Index, vector: MasterVector, photo: PickedPhoto) -> Explanation | None:
    """Return why a photo is rated as it is, or show that its file is gone."""
    try:
        return loading.explanation(index, vector, loading.original(index, photo.source))
    except PhotorankError as error:
        photo.words.warning(spoken(error), icon=":material/broken_image:")
        return None


def two(index: Index, vector: MasterVector, photos: tuple[PickedPhoto, PickedPhoto]) -> None:
    """Explain two photos side by side, and tell whether their order is steady."""
    found = [explanation(index, vector, photo) for photo in photos]
    known = [one for one in found if one is not None]
    if len(known) < len(photos):
        return
    forms = [loading.forms(index, loading.original(index, photo.source)) for photo in photos]
    st.markdown(why.steadiness(steadiness(vector, forms[0], forms[1])))
    pictures = why.drawn(known)
    columns = st.columns(2, gap="medium")
    for which, one, picture, column in zip(
        ("first", "second"), known, pictures, columns, strict=True
    ):
        with column:
            st.image(picture, width="stretch", alt=f"heat map of the {which} photo")
            reasons(index, one, which)


def reasons(index: Index, one: Explanation, which: str) -> None:
    """Show how to read a heat map, the concepts that move a rating, and better photos."""
    st.caption(why.heat_reading(one))
    if one.concepts is None:
        st.caption("Which concepts move it cannot be told: the encoder's words are not here.")
    elif lines := why.concept_lines(one.concepts):
        st.markdown("What moves it")
        st.markdown("  \n".join(lines))
        if index.fingerprint.model == "embedded":
            st.caption(why.STAND_IN)
    if one.better:
        st.markdown("Closest better photos")
        components.photo_grid(f"better-{which}", why.better_tiles(index, one.better), 100)
    else:
        st.caption("No photo of the index is rated higher.")
