"""K of N photos: good, varied, one of each series; pinned, banned, explained and exported."""

import streamlit as st

from dashboard.cache import index_data, vector_ratings
from dashboard.models import album
from dashboard.widgets import album_editor, common, photo_grid

index = common.opened("Album")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = common.vector_picker(index)
    with common.explained():
        labels = index_data.labels(index)
    wishes, alike = album_editor.wishes(index, labels.group_names)
    view = common.choice("Show", album.VIEWS, "view")

with common.explained(st.warning):
    made = vector_ratings.album(index, vector, alike, wishes)
st.container(key="headline").markdown(album.headline(made, len(index), vector.name))
for note in made.notes:
    st.caption(album.as_sentence(note))

if view == "sheet":
    photo_grid.photo_grid("album", [one.tile for one in album.sheet(index, made)], 90)
else:
    buttons = {"pin": "Pin", "ban": "Ban", "free": "Unpin"}
    album_editor.photos(index, album.tiles(index, made), "album", buttons)
if swap := album.swap_words(index, made):
    st.caption(swap)
if made.missed:
    st.header("Just missed", anchor=False)
    missed, choices = album.missed_tiles(index, made), {"pin": "Pin", "ban": "Ban"}
    album_editor.photos(index, missed, "missed", choices, photo_grid.STRIP)
if wishes.banned:
    st.header("Banned", anchor=False)
    banned = album.banned_tiles(index, sorted(wishes.banned))
    album_editor.photos(index, banned, "banned", {"free": "Allow again"})
if made.chosen:
    album_editor.export(index, made)
