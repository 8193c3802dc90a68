"""Page Album: the choice of K good and varied photos, with pins, bans, reasons and export."""

import streamlit as st

from dashboard.cache import index_data, vector_ratings
from dashboard.models import album
from dashboard.models.photo_tiles import tile_of
from dashboard.widgets import album_editor, page_head, photo_grid, pickers
from dashboard.widgets.errors import show_errors

index, _ = page_head.open_page("Album")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = pickers.vector_picker(index)
    with show_errors():
        labels = index_data.labels(index)
    request, alike = album_editor.ask_request(index, labels.group_names)
    view = pickers.choose_one("Show", album.VIEWS, "view")

with show_errors(st.warning):
    made = vector_ratings.album(index, vector, alike, request)
st.container(key="headline").markdown(album.headline(made, len(index), vector.name))
for note in made.notes:
    st.caption(album.as_sentence(note))

if view == "sheet":
    photo_grid.photo_grid("album", [tile_of(index, one.row) for one in made.chosen], 90)
else:
    buttons = {"pin": "Pin", "ban": "Ban", "free": "Unpin"}
    album_editor.show_photos(index, album.tiles(index, made), "album", buttons)
if swap := album.swap_text(index, made):
    st.caption(swap)
if made.missed:
    st.header("Just missed", anchor=False)
    missed, buttons = album.missed_tiles(index, made), {"pin": "Pin", "ban": "Ban"}
    album_editor.show_photos(index, missed, "missed", buttons, photo_grid.STRIP)
if request.banned:
    st.header("Banned", anchor=False)
    banned = album.banned_tiles(index, sorted(request.banned))
    album_editor.show_photos(index, banned, "banned", {"free": "Allow again"})
if made.chosen:
    album_editor.export_form(index, made)
