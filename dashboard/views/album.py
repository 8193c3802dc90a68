"""K of N photos: good, varied, one of each series; pinned, banned, explained and exported."""

import streamlit as st

from dashboard import album, components, grids, loading, rated, shelf

index = components.opened("Album")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = components.vector_picker(index)
    with components.explained():
        labels = loading.labels(index)
    wishes, alike = shelf.wishes(index, labels.group_names)
    view = components.choice("Show", album.VIEWS, "view")

with components.explained(st.warning):
    made = rated.album(index, vector, alike, wishes)
st.container(key="headline").markdown(album.headline(made, len(index), vector.name))
for note in made.notes:
    st.caption(album.as_sentence(note))

if view == "sheet":
    grids.photo_grid("album", [one.tile for one in album.sheet(index, made)], 90)
else:
    buttons = {"pin": "Pin", "ban": "Ban", "free": "Unpin"}
    shelf.photos(index, album.tiles(index, made), "album", buttons)
if swap := album.swap_words(index, made):
    st.caption(swap)
if made.missed:
    st.header("Just missed", anchor=False)
    missed, choices = album.missed_tiles(index, made), {"pin": "Pin", "ban": "Ban"}
    shelf.photos(index, missed, "missed", choices, grids.STRIP)
if wishes.banned:
    st.header("Banned", anchor=False)
    banned = album.banned_tiles(index, sorted(wishes.banned))
    shelf.photos(index, banned, "banned", {"free": "Allow again"})
if made.chosen:
    shelf.export(index, made)
