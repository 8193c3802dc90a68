"""Page Photos: all photos with filters, sorted by rating or otherwise."""

import numpy as np
import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data, photo_looks, photo_stacks, vector_ratings
from dashboard.component.photo_view import GridStyle, grid_photos
from dashboard.formatting import plain
from dashboard.models import photo_tiles
from dashboard.models.photos import photos_page
from dashboard.models.photos.grid_photos import stacked
from dashboard.models.words import vector_name
from dashboard.widgets import page_head, pickers
from dashboard.widgets.errors import show_errors
from dashboard.widgets.photo_grid import page_link
from dashboard.widgets.photos.all_photos import all_photos
from dashboard.widgets.photos.photo_filters import ask_filters, clear_button

_AHEAD = 24  # photos of each other order, about as many as a window shows

index, bar = page_head.open_page("Photos")
rater = session_state.rater()
with bar:
    vector = pickers.vector_picker(index)
    with show_errors():
        known = photos_page.PhotoData(
            index_data.labels(index),
            index_data.facets(index),
            photo_looks.looks(index),
            index.digests(),
            index_data.marks(index, rater),
            index_data.faces(index),
        )
        ratings = vector_ratings.ratings(index, vector)
        percentiles = vector_ratings.percentiles(index, vector)
    judged = np.isfinite(known.labels.scores)
    filters = ask_filters(known, some_judged=bool(judged.any() and not judged.all()))
    if filters.total:
        clear_button("clear", filters)
    count = st.empty()

note, caption, stacks, held = "", None, None, None
if filters.order in photos_page.HELD_OUT:
    with show_errors():
        held = vector_ratings.held_out(index, vector)
    ratings, vectors = held.ratings, photo_tiles.label_percentiles(held.ratings)
    people = photo_tiles.label_percentiles(known.labels.scores)
    note = photos_page.training_photos_note(held.seen, held.ratings, refitted=held.refitted)
    caption = lambda row: photos_page.percentiles_caption(row, vectors, people)  # noqa: E731
by = vector_name(vector.name, session_state.vocabulary())
if filters.order == "mistakes":
    with show_errors():
        pairs = vector_ratings.mistakes(index, vector, photos_page.MOST_MISTAKES)
    sheet = photos_page.mistaken_pairs(pairs, known.labels, filters.group, by)
else:
    sheet = photos_page.sheet(known, ratings, percentiles, filters, by)
rows = sheet.rows
if (
    filters.order in ("best", "worst", "date")
    and (codes := photo_stacks.stack_codes(index)) is not None
):
    rows, stacks = stacked(rows, codes)
if not len(rows):
    taught_by_all = held is not None and not np.isfinite(held.ratings[judged]).any()
    others = vector_ratings.testable_vectors(index, judged) if taught_by_all else []
    others = [name for name in others if name != vector.name]
    names = [vector_name(name, session_state.vocabulary()) for name in others]
    told = photos_page.empty_text(judged, held and held.ratings, filters, by, names)
    st.info(told, icon=":material/filter_alt:")
    if filters.total:
        clear_button("clear-filters", filters)
    if held is not None:
        for name, said in zip(others[:1], names, strict=False):
            choose = session_state.choose_linked
            st.button(f"Judge by {plain(said)}", on_click=choose, args=["vector", name])
        page_link("discerning_power", "How often each is right", icon=":material/arrow_forward:")
    st.stop()
undated = filters.order == "date" and not known.facets.taken[rows].all()
if filters.order in photos_page.HELD_OUT or filters.total or undated:
    st.caption(f"{sheet.sentence} {note}")  # what a number or an empty place may come from
else:
    count.caption(photos_page.count_text(rows, stacks), width="content")

shown = grid_photos(
    index,
    rows,
    percentiles,
    stacks=stacks,
    caption=caption,
    captions=f"{vector.name} {filters.order}",
)
style = GridStyle(
    rater=rater,
    together=2 if filters.order == "mistakes" else 1,  # the photos of a pair
    judged_by=vector.name,
    ahead=photos_page.next_first_rows(known, ratings, rows, filters.order, _AHEAD),
    opened=session_state.photo_in_address("photo"),
)
all_photos(shown, style)

if files := index_data.unused_files(index):
    unused = photo_tiles.unused_files(files)
    with st.expander(unused.title):
        for sentence in unused.sentences:
            st.text(sentence)  # names that are no Markdown
        st.dataframe(unused.table, hide_index=True)
