"""All photos on a plane: like stands beside like; a box selects photos for the album."""

from functools import partial

import streamlit as st

from dashboard import components, draws, finding, found, loading, map_chart, mapping, rated
from dashboard.words import plain
from photorank.index.atlas import Method, can_map

index = components.opened("Map")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = components.vector_picker(index)
    with components.explained():
        labels = loading.labels(index)
        ratings, standing = rated.ratings(index, vector), rated.standing(index, vector)
    by = components.choice("Colour", mapping.colours(labels), "colour")
    known: dict[str, str] = {one: name for one, name in mapping.METHODS.items() if can_map(one)}
    laid = components.choice("Laid out", known, "layout") if len(known) > 1 else "pca"
    method: Method = "tsne" if laid == "tsne" else "pca"
with components.explained():
    places = finding.places(index, method)

box = mapping.as_box(draws.area())
rows, pictures, words = finding.drawn(index)
seen = by == "disagreement" and any(map(vector.card.saw, index.digests()))
colouring = mapping.colouring(labels, standing, by, vector.name, seen=seen)
table = mapping.points(
    rows, places, colouring, finding.addresses(pictures), words, ratings, standing
)
chart = f"chart-{index.name}-{method}"
st.caption(f"{mapping.sentence(len(index), len(rows))} {colouring.reading}")
with st.container(key="map"):
    st.altair_chart(
        map_chart.photo_map(table, colouring, mapping.as_box(draws.begun_area())),
        key=chart,
        on_select=partial(draws.brush, chart),
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
            on_change=draws.begin_area,
        )
        st.caption(mapping.METHOD_HELP[method])

if box is None:
    st.stop()
chosen = mapping.selected(box, places, ratings)
what = f"selected, the best by **{plain(vector.name)}** first"
found.show(index, vector, chosen, what, f"{mapping.as_text(box)}-{vector.name}")
