"""Page Browse: photos sorted by a vector's rating, or by its disagreement with people."""

import numpy as np
import streamlit as st

from dashboard.cache import index_data, vector_ratings
from dashboard.models import photo_tiles
from dashboard.widgets import page_head, photo_grid, pickers
from dashboard.widgets.errors import show_errors

index, bar = page_head.open_page("Photos")
with bar:
    vector = pickers.vector_picker(index)
    with show_errors():
        labels = index_data.labels(index)
        ratings = vector_ratings.ratings(index, vector)
        percentiles = vector_ratings.percentiles(index, vector)

    judged = np.isfinite(labels.scores)
    order = pickers.choose_one("Show", photo_tiles.orders(labels), "order")
    group = pickers.group_picker(labels.group_names)
    faces = index_data.faces(index)
    faced: photo_tiles.FaceFilter = "any"
    if faces.by_row:
        faced = pickers.choose_one("Faces", photo_tiles.FACE_FILTERS, "faces")
    some = bool(judged.any() and not judged.all())
    judged_only = some and st.toggle("Judged photos only", key="judged", bind="query-params")

note, columns = "", photo_grid.STRIP
if order in photo_tiles.HELD_OUT:
    with show_errors():
        held = vector_ratings.held_out(index, vector)
    ratings, percentiles = held.ratings, photo_tiles.label_percentiles(held.ratings)
    note = photo_tiles.unseen_note(held.seen, held.ratings, refitted=held.refitted)
if order == "mistakes":
    with show_errors():
        pairs = vector_ratings.mistakes(index, vector, photo_tiles.MOST_MISTAKES)
    sheet, columns = photo_tiles.mistaken_pairs(pairs, labels, group, vector.name), 2
else:
    filters = photo_tiles.Filters(order, group, judged_only, faced)
    sheet = photo_tiles.sheet(labels, ratings, filters, vector.name, faces)
st.markdown(f"{sheet.sentence} {note}")
if not len(sheet.rows):
    st.info("No photo passes these filters.", icon=":material/filter_alt:")
    st.stop()

grid = st.container()
with st.container(horizontal=True, horizontal_alignment="center"):
    key = f"page-{index.name}-{vector.name}-{order}-{group}-{judged_only}-{faced}"
    rows = sheet.rows[photo_grid.page_of(len(sheet.rows), photo_tiles.PAGE, key)]
with grid:
    tiles = photo_tiles.tiles(index, rows, ratings, percentiles, labels.scores, order)
    photo_grid.photo_grid("sheet", tiles, columns=columns)

if files := index_data.unused_files(index):
    unused = photo_tiles.unused_files(files)
    with st.expander(unused.title):
        for sentence in unused.sentences:
            st.text(sentence)  # names that are no Markdown
        st.dataframe(unused.table, hide_index=True)
