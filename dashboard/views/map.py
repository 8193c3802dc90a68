"""All photos on a plane: like stands beside like; a box selects photos for the album."""

from functools import partial

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data, search_and_map, vector_ratings
from dashboard.charts import map_chart
from dashboard.formatting import plain
from dashboard.models import photo_map
from dashboard.widgets import common, search_results
from photorank.similarity.map_layout import Method, can_map

index = common.opened("Map")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = common.vector_picker(index)
    with common.explained():
        labels = index_data.labels(index)
        ratings, standing = (
            vector_ratings.ratings(index, vector),
            vector_ratings.standing(index, vector),
        )
    by = common.choice("Colour", photo_map.colours(labels), "colour")
    known: dict[str, str] = {one: name for one, name in photo_map.METHODS.items() if can_map(one)}
    laid = common.choice("Laid out", known, "layout") if len(known) > 1 else "pca"
    method: Method = "tsne" if laid == "tsne" else "pca"
with common.explained():
    places = search_and_map.places(index, method)

box = photo_map.as_box(session_state.area())
rows, pictures, words = search_and_map.drawn(index)
seen = by == "disagreement" and any(map(vector.card.saw, index.digests()))
colouring = photo_map.colouring(labels, standing, by, vector.name, seen=seen)
table = photo_map.points(
    rows, places, colouring, search_and_map.addresses(pictures), words, ratings, standing
)
chart = f"chart-{index.name}-{method}"
st.caption(f"{photo_map.sentence(len(index), len(rows))} {colouring.reading}")
with st.container(key="map"):
    st.altair_chart(
        map_chart.photo_map(table, colouring, photo_map.as_box(session_state.begun_area())),
        key=chart,
        on_select=partial(session_state.brush, chart),
        selection_mode=map_chart.BRUSH,
        alt=f"map of {len(rows)} photos, coloured by {colouring.title}",
    )
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    st.caption("Draw a box to select photos; point at one to see it.")
    with st.popover("Area in numbers"):
        help = "Left, right, bottom and top edge, each between −1 and 1."
        st.text_input(
            "Area",
            key="area",
            bind="query-params",
            placeholder="-1,0,0,1",
            help=help,
            on_change=session_state.begin_area,
        )
        st.caption(photo_map.METHOD_HELP[method])

if box is None:
    st.stop()
chosen = photo_map.selected(box, places, ratings)
what = f"selected, the best by **{plain(vector.name)}** first"
search_results.show(index, vector, chosen, what, f"{photo_map.as_text(box)}-{vector.name}")
