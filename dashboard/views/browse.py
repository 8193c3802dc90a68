"""The photos in a vector's order: best, worst, and where it disagrees with people."""

import numpy as np
import streamlit as st

from dashboard import components, contact_sheet, grids, loading, rated

index = components.opened("Browse")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = components.vector_picker(index)
    with components.explained():
        labels = loading.labels(index)
        ratings, standing = rated.ratings(index, vector), rated.standing(index, vector)

    judged = np.isfinite(labels.scores)
    order = components.choice("Show", contact_sheet.orders(labels), "order")
    group = components.group_picker(labels.group_names)
    some = bool(judged.any() and not judged.all())
    judged_only = some and st.toggle("Judged photos only", key="judged", bind="query-params")

filters = contact_sheet.Filters(order, group, judged_only)
sheet = contact_sheet.sheet(labels, ratings, filters, vector.name)
st.markdown(sheet.sentence)
if not len(sheet.rows):
    st.info("No photo passes these filters.", icon=":material/filter_alt:")
    st.stop()

grid = st.container()
with st.container(horizontal=True, horizontal_alignment="center"):
    key = f"page-{index.name}-{vector.name}-{order}-{group}-{judged_only}"
    page = st.pagination(sheet.pages, width=grids.PAGER, key=key, persist_state="session")
with grid:
    rows = sheet.page(page)
    tiles = contact_sheet.tiles(index, rows, ratings, standing, labels.scores, order)
    grids.photo_grid("sheet", tiles)
