"""Widgets that explain ratings by heat maps, concepts, similar photos and photo content."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import session_state
from dashboard.cache import encoder_results, index_data, photo_images, vector_ratings
from dashboard.charts import content_chart
from dashboard.formatting import error_text
from dashboard.models import explanation_texts, nuisance_texts
from dashboard.widgets import photo_grid, pickers
from dashboard.widgets.chart import show_chart
from dashboard.widgets.errors import show_errors
from dashboard.widgets.photo_picker import PickedPhoto
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.rating.explain import Explanation
from photorank.rating.stability import steadiness
from photorank.vectors.master import MasterVector


def explain_one(index: Index, vector: MasterVector, photo: PickedPhoto) -> None:
    """Show the explanation of one photo's rating."""
    found = _explanation(index, vector, photo)
    if found is not None:
        with st.container(key="large-heat"):
            [picture] = explanation_texts.heat_pictures([found])
            st.image(picture, width="stretch", alt="heat map of the photo")
        _reasons(index, vector, found, "photo")


def explain_two(index: Index, vector: MasterVector, photos: Sequence[PickedPhoto]) -> None:
    """Show explanations of two photos' ratings, and whether slight edits reverse the ranking."""
    found = [_explanation(index, vector, photo) for photo in photos]
    known = [one for one in found if one is not None]
    if len(known) < len(photos):
        return
    first, second = (
        encoder_results.variants(index, photo_images.original(index, photo.source))
        for photo in photos
    )
    found_steady = steadiness(vector, first, second)
    st.markdown(explanation_texts.steadiness(found_steady, session_state.vocabulary()))
    pictures = explanation_texts.heat_pictures(known)
    columns = st.columns(2, gap="medium")
    sides = zip(("first", "second"), known, pictures, columns, strict=True)
    for which, one, picture, column in sides:
        with column:
            st.image(picture, width="stretch", alt=f"heat map of the {which} photo")
            _reasons(index, vector, one, which)


def _explanation(index: Index, vector: MasterVector, photo: PickedPhoto) -> Explanation | None:
    """Explanation of a photo's rating; None after an error, which is shown as a warning."""
    try:
        data = photo_images.original(index, photo.source)
        return encoder_results.explanation(index, vector, data)
    except PhotorankError as error:
        photo.words.warning(error_text(error), icon=":material/broken_image:")
        return None


def _reasons(index: Index, vector: MasterVector, one: Explanation, which: str) -> None:
    """Show how to read the heat map, what raises or lowers a rating, and similar better photos.

    What moves it stands above the photos, but is computed last because it takes longest.
    """
    st.caption(explanation_texts.heat_reading(one, session_state.vocabulary()))
    concepts = st.container()
    if one.better:
        st.markdown("Closest better photos")
        tiles = explanation_texts.better_tiles(
            index, one.better, vector_ratings.percentiles(index, vector)
        )
        photo_grid.photo_grid(f"better-{which}", tiles, 160)
    else:
        st.caption("No photo that is like it is clearly better.")
    with concepts:
        _concepts(index, vector, one)


def _concepts(index: Index, vector: MasterVector, one: Explanation) -> None:
    """Show how much concepts and technical image signals contribute to a rating.

    Concepts are shown if available.
    """
    numbers = session_state.vocabulary() == "statistics"
    found = encoder_results.concepts(index, vector, one.embedding)
    if movers := explanation_texts.movers(found or [], one.signals):
        st.markdown("What moves it")
        st.markdown("  \n".join(explanation_texts.moving_lines(movers)))
        if numbers:
            with st.popover("In numbers"):
                _figures(explanation_texts.moving_figures(found or [], one.signals))
    if found is None:
        st.caption("What is on it cannot be named here: the encoder’s words cannot be loaded.")
    elif movers and index.fingerprint.is_embedded:
        st.caption(explanation_texts.STAND_IN if numbers else explanation_texts.ONLY_THINGS)


def _figures(figures: pd.DataFrame) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        figures,
        hide_index=True,
        column_config={
            "concept": "Concept",
            "shown": number("In the photo", format="%+.1f"),
            "liked": number("Liked", format="%+.2f"),
            "pull": number("Moves it by", format="%+.2f"),
        },
    )
    st.caption(explanation_texts.FIGURES_HELP)


def content_removal(index: Index, vectors: Mapping[str, MasterVector], leader: str | None) -> None:
    """Show a switch; if on, show a vector's results with and without effects of subject matter."""
    if not vectors:
        return
    st.header("Content or quality?", anchor=False)
    if not st.toggle("Take content out of a vector", key="content", bind="query-params"):
        return
    names = sorted(vectors, key=lambda name: name != leader)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox("Vector", names, key="content-of", width=260)
        ways = (
            nuisance_texts.BY
            if index_data.labels(index).group_names
            else {"clusters": nuisance_texts.BY["clusters"]}
        )
        by = pickers.choose_one("Kinds of photos", ways, "kinds") if len(ways) > 1 else "clusters"
    with show_errors():
        found = nuisance_texts.removal_texts(
            vector_ratings.results_with_and_without_content(index, vectors[name], by)
        )
    st.markdown(found.sentence)
    if not found.rows.empty:  # of kinds of a few photos no mean is told
        show_chart(content_chart.content_removal(found.rows), "content-chart", found.title)
    st.caption(found.reading)
    st.download_button("As CSV", found.csv, f"{index.name}-content.csv", "text/csv")
    st.caption("The vector without content is kept by a command:")
    st.code(
        f"photorank nuisance --vector {name} --by {by} --index {index.name} --save NAME",
        language=None,
        wrap_lines=True,
    )
