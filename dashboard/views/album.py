"""K of N photos: good, varied, one of each series; pinned, banned, explained and exported."""

import streamlit as st

from dashboard import album, components, loading, shelf

index = components.opened("Album")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    vector = components.vector_picker(index)
    with components.explained():
        labels = loading.labels(index)
    wishes, alike = shelf.wishes(index, labels.group_names)
    view = components.choice("Show", album.VIEWS, "view")

with components.explained(st.warning):
    made = loading.album(index, vector, alike, wishes)
st.container(key="headline").markdown(album.headline(made, len(index), vector.name))
for note in made.notes:
    st.caption(note)

if view == "sheet":
    components.photo_grid("album", [one.tile for one in album.sheet(index, made)], 90)
else:
    buttons = {"pin": "Pin", "ban": "Ban", "free": "Unpin"}
    shelf.photos(index, album.tiles(index, made), "album", buttons)
if swap := album.swap_words(index, made):
    st.caption(swap)
if made.missed:
    st.subheader("Just missed", anchor=False)
    shelf.photos(index, album.missed_tiles(index, made), "missed", {"pin": "Pin", "ban": "Ban"})
if wishes.banned:
    st.subheader("Banned", anchor=False)
    banned = album.banned_tiles(index, sorted(wishes.banned))
    shelf.photos(index, banned, "banned", {"free": "Allow again"})
if made.chosen:
    shelf.export(index, made)
