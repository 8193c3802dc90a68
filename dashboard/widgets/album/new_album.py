"""Widgets of the page Album for an album that is newly chosen and not yet saved."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from dashboard import album_state, session_state
from dashboard.album_state import NEITHER
from dashboard.cache import index_data, vector_ratings
from dashboard.cache.choosing import EVERY_SECONDS, Choosing
from dashboard.component.photo_view import (
    STRIP_PX,
    AlbumFlags,
    GridStyle,
    grid_photos,
    photo_grid,
    save_marks,
)
from dashboard.models import album
from dashboard.models.album import ShownAlbum
from dashboard.models.words import Mode, vector_name
from dashboard.widgets.album import kept_album
from dashboard.widgets.album.export_form import export_form
from dashboard.widgets.album.wish_form import Wish
from dashboard.widgets.errors import show_errors
from photorank.album.make_album import Album
from photorank.album.request import AlbumRequest
from photorank.errors import counted
from photorank.index.judging.marks import KEEP, LEAVE_OUT, NO_FLAG
from photorank.index.opened import Index

GRIDS = ("album", "missed", "banned")  # keys, each with marks of its own
ACTIONS = {"page": "More on its own page"}
_FLAGS = {"pin": KEEP, "ban": LEAVE_OUT}
_HOW = {flag: how for how, flag in _FLAGS.items()}


def show_choice(index: Index, wish: Wish) -> None:
    """Show a newly chosen album, with controls to pin or ban photos, and to save or export it."""
    album_state.read_marks_in_address(index)
    waits = not _choosing(index, wish).is_done()
    every = EVERY_SECONDS if waits else None
    st.fragment(partial(_show, index, wish, waits), run_every=every)()


def _show(index: Index, wish: Wish, waits: bool) -> None:
    style = _style(index, wish)
    for key in GRIDS:
        save_marks(key, index, style)
    album_state.put_marks_in_address(index.name)
    running = _choosing(index, wish)
    if running.is_done() == waits:
        st.rerun()  # with another look at the choice, or without
    made = album_state.last_album(index.name)
    if not waits:
        with show_errors(partial(_no_album, index, wish)):
            made = running.album()
        album_state.note_album(index.name, made)
    else:
        _show_progress(index, first=made is None)
    if made is None:
        best = vector_ratings.extreme_rows(index, wish.vector, min(len(index), wish.n_photos))
        _grid("album", index, wish, ShownAlbum(best, None, {}))
        return
    tools = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="choice-tools"
    )
    shown = album.shown_album(made, session_state.vocabulary())
    _grid("album", index, wish, shown)
    with tools:
        _tools(index, wish, made)
    _show_texts(index, wish, made)
    _strips(index, wish, made)
    if made.chosen:
        with tools, st.popover("Export", icon=":material/drive_file_move:", key="export-form"):
            export_form(index, made)  # the last: what is wrong with a folder ends the page


def _show_progress(index: Index, *, first: bool) -> None:
    """Show a message that an album's photos are being chosen.

    `first` says that the best-rated photos are shown meanwhile.
    """
    meanwhile = ": until then, the best rated" if first else ""
    st.caption(
        f":material/hourglass_top: Choosing from {counted(len(index), 'photo')} …{meanwhile}"
    )


def _tools(index: Index, wish: Wish, made: Album) -> None:
    """Show the number of chosen photos, a button for the best swap, and a form to save an album."""
    st.caption(f"{counted(len(made.chosen), 'photo')} of {len(index):,}", width="content")
    if not made.chosen:
        return
    swap = made.swap if album.swap_helps(made) else None
    st.button(
        "Best swap",
        icon=":material/swap_horiz:",
        disabled=swap is None,
        help=album.swap_text(index, made),
        on_click=None if swap is None else partial(_swap, index, swap.out, swap.into),
    )
    marked = _with_marks(index, wish.request)
    kept_album.keep_form(album.album_to_save(index, made, marked, wish.alike, wish.vector.name))


def _swap(index: Index, out: int, into: int) -> None:
    album_state.mark_photo(index.name, index.photo(out).digest, "ban")
    album_state.mark_photo(index.name, index.photo(into).digest, "pin")


def _show_texts(index: Index, wish: Wish, made: Album) -> None:
    """Show a new album's photo count, notes, and how far from optimal the choice may be."""
    headline = album.headline(
        made, len(index), vector_name(wish.vector.name, session_state.vocabulary())
    )
    st.markdown(headline)
    for note in made.notes:
        st.caption(album.as_sentence(note))


def _strips(index: Index, wish: Wish, made: Album) -> None:
    """Show the photos that narrowly missed the album, and the photos that the user banned."""
    if made.missed:
        st.subheader("Just missed", anchor=False)
        _grid("missed", index, wish, album.shown_missed(made), strip=True)
    banned = sorted(_marked_rows(index, "ban"))
    if banned:
        st.subheader(session_state.wording("banned"), anchor=False)
        st.caption("X, or its button once more, allows a photo again.")
        _grid("banned", index, wish, ShownAlbum(banned, None, {}), strip=True)


def _grid(key: str, index: Index, wish: Wish, shown: ShownAlbum, *, strip: bool = False) -> None:
    photos = grid_photos(
        index,
        np.array(shown.rows, dtype=np.intp),
        vector_ratings.percentiles(index, wish.vector),
        stacks=None if shown.stacks is None else np.array(shown.stacks, dtype=np.uint16),
        caption=lambda row: shown.captions.get(row, ""),
        captions=str(sorted(shown.captions.items())),
    )
    style = _style(index, wish)
    if strip:
        style = replace(style, rows=1, height=STRIP_PX)
    act = photo_grid(key, photos, replace(style, label=album.LABELS[key]))
    if act is not None and act.what == "page" and act.rows:
        token = session_state.photo_token(index.photo(act.rows[0]).digest)
        st.switch_page("views/photo.py", query_params=session_state.link_query({"photo": token}))


def _style(index: Index, wish: Wish) -> GridStyle:
    marks = _marks(index)

    def put(row: int, flag: int) -> None:
        album_state.mark_photo(index.name, index.photo(row).digest, _HOW.get(flag, NEITHER))

    flags = AlbumFlags({digest: _FLAGS.get(how, NO_FLAG) for digest, how in marks.items()}, put)
    return GridStyle(
        rater=session_state.rater(), flags=flags, actions=ACTIONS, judged_by=wish.vector.name
    )


def _no_album(index: Index, wish: Wish, told: str) -> None:
    """Show why no album fits the settings; show the pinned and the banned photos below."""
    st.warning(told)
    marked = sorted(_marked_rows(index, "pin") | _marked_rows(index, "ban"))
    _grid("album", index, wish, ShownAlbum(marked, None, {}))


def _choosing(index: Index, wish: Wish) -> Choosing:
    marked = wish._replace(request=_with_marks(index, wish.request))
    with show_errors(st.warning):
        return choosing(index, marked, session_state.vocabulary())


def choosing(index: Index, wish: Wish, mode: Mode) -> Choosing:
    """Background computation that chooses the photos of a new album."""
    by = vector_name(wish.vector.name, mode)
    return vector_ratings.choosing(index, wish.vector, wish.alike, wish.request, by)


def _with_marks(index: Index, request: AlbumRequest) -> AlbumRequest:
    pinned, banned = _marked_rows(index, "pin"), _marked_rows(index, "ban")
    if len(pinned) > request.places:  # what is always kept may be more than an album holds
        pinned = _rows_of(index, album_state.album_marks(index.name), "pin")
    return replace(request, pinned=pinned, banned=banned)


def _marked_rows(index: Index, how: str) -> frozenset[int]:
    """Index rows of the photos that the user pinned (`how` is "pin") or banned ("ban")."""
    return _rows_of(index, _marks(index), how)


def _marks(index: Index) -> dict[str, str]:
    """Dictionary from photo digest to the photo's mark: "pin", "ban" or "neither".

    What the person always keeps or leaves out elsewhere is so here, unless changed for the album.
    """
    flags = index_data.marks(index, session_state.rater())
    known = {digest: _HOW[mark.flag] for digest, mark in flags.items() if mark.flag in _HOW}
    return known | album_state.album_marks(index.name)


def _rows_of(index: Index, marks: Mapping[str, str], how: str) -> frozenset[int]:
    wanted = [digest for digest, one in marks.items() if one == how]
    return frozenset(index.rows_of_digests(wanted).values())
