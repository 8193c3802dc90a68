"""Page Map: all photos on a plane by similarity; a box selects photos for the album."""

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data, search_and_map, vector_ratings
from dashboard.formatting import plain
from dashboard.models import photo_map
from dashboard.models.search import Found
from dashboard.widgets import map_panel, page_head, pickers, search_results
from dashboard.widgets.errors import show_errors

index, bar = page_head.open_page("Map", lab=True)
with bar:
    vector = pickers.vector_picker(index)
    with show_errors():
        labels = index_data.labels(index)
        ratings = vector_ratings.ratings(index, vector)
        percentiles = vector_ratings.percentiles(index, vector)
    by = pickers.choose_one("Colour", photo_map.colouring_names(labels), "colour")
    methods = photo_map.methods()
    method = pickers.choose_one("Laid out", methods, "layout") if len(methods) > 1 else "pca"
    map_panel.area_in_numbers(method)
with show_errors():
    places = search_and_map.map_positions(index, method)

box = photo_map.parse_box(session_state.map_area())
seen = by == "disagreement" and bool(vector_ratings.training_mask(index, vector).any())
colouring = photo_map.colouring(labels, percentiles, by, vector.name, seen=seen)
drawn = search_and_map.drawn_photos(index)
points = photo_map.points(drawn, places, colouring, ratings, percentiles)

chart, selected = st.columns([1.3, 1], gap="medium")
with chart, st.container(key="map-side"):
    map_panel.show_map(f"chart-{index.name}-{method}", points, colouring)
    drawn_text = photo_map.drawn_text(len(index), len(points))
    st.caption(f"{drawn_text} {colouring.reading} Draw a box to select photos.")
with selected:
    found = Found(photo_map.rows_in_box(box, places, ratings))
    what = f"{'here' if box is None else 'selected'}, the best by **{plain(vector.name)}** first"
    search_results.show_found(
        index, vector, found, what, f"{photo_map.box_text(box)}-{vector.name}"
    )
