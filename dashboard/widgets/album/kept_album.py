"""Widgets of a saved album: picker, settings, double pages of its photo book."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import actions, album_state, session_state
from dashboard.cache import albums
from dashboard.cache.choosing import EVERY_SECONDS
from dashboard.component.photo_view import (
    STRIP_PX,
    AlbumFlags,
    GridStyle,
    grid_photos,
    photo_grid,
    save_marks,
)
from dashboard.formatting import error_text, plain
from dashboard.models import kept_album
from dashboard.models.kept_album import SIZES
from dashboard.routes.addresses import ROOM
from dashboard.routes.pictures import PREVIEW_SIDES, THUMBNAIL_SIDE
from dashboard.widgets.album.spreads import show_spreads
from dashboard.widgets.errors import show_errors
from photorank.album.book.book import PlacedPhoto
from photorank.album.kept.album import KeptAlbum
from photorank.album.kept.choose import rows_of_album
from photorank.album.kept.store import Entry
from photorank.errors import PhotorankError, counted
from photorank.index.judging.marks import LEAVE_OUT
from photorank.index.opened import BEGINNING_DIGITS, Index
from photorank.outside_text import printable

_PICKER = "album"
_WISHES = {"fill": actions.fill_album, "swap": actions.swap_in_album}
_MAX_PAGES = 400
_LARGE_SHARE = 0.45  # of a page's width, from which a thumbnail has too few pixels


def pick_album() -> str | None:
    """Show the picker of saved albums; return the selected name, or None for a new album."""
    with show_errors(st.warning):
        names = albums.store().names()
    if not names:
        return None
    return st.selectbox(
        "Album",
        names,
        index=None,
        format_func=printable,
        placeholder="A new album",
        key=_PICKER,
        bind="query-params",
        width=230,
        label_visibility="collapsed",
    )


def keep_form(album: KeptAlbum) -> None:
    """Show the form that saves a newly chosen album under a name."""
    with (
        st.popover("Keep this album", icon=":material/bookmark_add:"),
        st.form("keep", border=False),
    ):
        name = st.text_input("Its name", placeholder="Summer 2026", max_chars=80)
        if st.form_submit_button("Keep", type="primary"):
            try:
                entry = albums.store().create(name, album, "chosen")
            except PhotorankError as error:
                st.error(error_text(error))
                return
            session_state.leave_note("kept", entry.name)
            st.rerun()


def select_saved_album() -> None:
    """Select the album that was just saved; call this before the picker is shown."""
    if (name := session_state.take_note("kept")) is not None:
        session_state.set_widget(_PICKER, name)


def show_album(index: Index, name: str) -> None:
    """Show a saved album with all its controls."""
    with show_errors(st.warning):
        waits = not _make_requested_change(index, albums.store().load(name))
    every = EVERY_SECONDS if waits else None
    st.fragment(partial(_show, index, name, waits), run_every=every)()


def _show(index: Index, name: str, waits: bool) -> None:
    with show_errors(st.warning):
        save_marks(_left_out_key(name), index, _left_out_style(index, name, ()))
        there = _make_requested_change(index, albums.store().load(name))
        entry = albums.store().load(name)
        vector = albums.vector_of(index, entry.album)
        missing = len(rows_of_album(index, entry.album).missing)
    if there == waits:
        st.rerun()
    tools = _toolbar(index, entry, missing)
    if waits:
        st.caption(f":material/hourglass_top: Choosing from {counted(len(index), 'photo')} …")
    if told := session_state.take_note("album"):
        st.toast(told)
    if vector is None or missing == len(entry.album.photos):
        st.info(
            "None of its photos are in this collection: fill it from the best, or choose another."
        )
        return
    with show_errors(st.warning):
        book = albums.book_of_album(index, vector, entry.album)
    with tools:
        _pdf_button(book, name)
    wide = _LARGE_SHARE * book.size.width
    shown = kept_album.DisplayedAlbum(
        entry.album,
        lambda frame: _address(index, frame, large=frame.box[2] > wide),
        albums.added_shares(index, vector, entry.album),
    )
    spreads = kept_album.spreads(book, shown)
    size = book.size.width, book.size.height
    show_spreads(f"spreads-{name}", index, spreads, size, vector.name, _presser(name))
    if warning := kept_album.warning_text(book):
        st.caption(warning)
    _show_excluded_photos(index, entry)
    actions.choose_ahead(index, entry)


def _address(index: Index, frame: PlacedPhoto, *, large: bool) -> str:
    side = PREVIEW_SIDES[0] if large else THUMBNAIL_SIDE
    return f"{ROOM}/photos/{quote(index.name)}/{frame.digest[:BEGINNING_DIGITS]}/{side}"


def _toolbar(index: Index, entry: Entry, missing: int) -> DeltaGenerator:
    name, album, seen = entry.name, entry.album, entry.revision
    tools = st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="album-tools"
    )
    with tools:
        st.markdown(plain(kept_album.state_text(album, missing)), width="content")
        _step("Undo", ":material/undo:", entry.undoes, albums.store().undo, name, seen)
        _step("Redo", ":material/redo:", entry.redoes, albums.store().redo, name, seen)
        st.button(
            "Fill from the best",
            icon=":material/auto_awesome:",
            on_click=album_state.request_album_change,
            args=[name, "fill", seen],
            help="Photos stay; empty places get the best that are left.",
        )
        st.button(
            "Best swap",
            icon=":material/swap_horiz:",
            on_click=album_state.request_album_change,
            args=[name, "swap", seen],
            help="Exchanges the one photo whose exchange helps the album most.",
        )
        _settings_form(entry)
    return tools


def _settings_form(entry: Entry) -> None:
    """Show a saved album's settings form: page size, page count, captions and photo count."""
    name, album = entry.name, entry.album
    with st.popover("Book", icon=":material/menu_book:"):
        size = f"{album.book.width:g}x{album.book.height:g}"
        sizes = SIZES if size in SIZES else SIZES | {size: f"{size} mm"}
        with st.form("book", border=False):
            wanted = st.selectbox(
                "Page", list(sizes), list(sizes).index(size), format_func=sizes.__getitem__
            )
            pages = st.number_input(
                "Pages (0: as many as suit)", 0, _MAX_PAGES, min(album.book.pages, _MAX_PAGES)
            )
            captions = st.checkbox("Days as captions", album.book.captions == "event")
            places = st.number_input("Places in the album", 0, 100_000, album.settings.places)
            if st.form_submit_button("Set", type="primary"):
                width, height = map(float, str(wanted).split("x"))
                book = replace(
                    album.book,
                    width=width,
                    height=height,
                    pages=int(pages),
                    captions="event" if captions else "none",
                )
                settings = replace(album.settings, places=int(places))
                _change(
                    name,
                    "other settings",
                    lambda newest: replace(
                        newest, book=replace(book, alone=newest.book.alone), settings=settings
                    ),
                )
                st.rerun(scope="fragment")


def _pdf_button(book: Any, name: str) -> None:
    def made() -> bytes:
        return albums.pdf_of(book, name)

    st.download_button(
        "PDF",
        made,
        file_name=kept_album.pdf_name(name),
        mime="application/pdf",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        help="For a printer: 3 mm bleed, photos 5 mm inside, sRGB, captions embedded; read back "
        "and checked. No printer’s own preflight has seen it, and covers are files of their own.",
    )


def _make_requested_change(index: Index, entry: Entry) -> bool:
    """Make an album's requested change; return False if a computation must finish first."""
    wish = album_state.requested_album_change(entry.name)
    if wish is None:
        return True
    what, seen = wish
    try:
        if not actions.album_computation(index, entry, fill=what == "fill").is_done():
            return False
    except PhotorankError:
        pass  # the action tells it
    album_state.forget_album_change(entry.name)
    _run_and_tell(_WISHES[what], index, replace(entry, revision=seen))
    return True


def _show_excluded_photos(index: Index, entry: Entry) -> None:
    """Show photos excluded from a saved album, each with a button that lifts the exclusion."""
    rows = sorted(rows_of_album(index, entry.album).left_out)
    if not rows:
        return
    st.subheader(f"{len(rows)} left out", anchor=False)
    st.caption("X, or its button once more, allows a photo again.")
    photos = grid_photos(index, np.array(rows, dtype=np.intp))
    style = _left_out_style(index, entry.name, entry.album.left_out)
    photo_grid(_left_out_key(entry.name), photos, style)


def _left_out_key(name: str) -> str:
    return f"left-out-{name}"


def _left_out_style(index: Index, name: str, left_out: Sequence[str]) -> GridStyle:
    def put(row: int, flag: int) -> None:
        if flag != LEAVE_OUT:
            photo = index.photo(row)
            said = f"allowed {printable(photo.path.name)}"
            _change(name, said, lambda album: album.allow([photo.digest]))

    flags = AlbumFlags(dict.fromkeys(left_out, LEAVE_OUT), put)
    return GridStyle("Left out", rows=1, height=STRIP_PX, rater=session_state.rater(), flags=flags)


def _step(
    text: str, icon: str, change: str | None, step: Callable[..., Entry], name: str, seen: int
) -> None:
    def stepped() -> str:
        step(name, seen=seen)
        return f"{text}: {change}"

    st.button(
        text,
        icon=icon,
        key=f"step-{text.lower()}",
        disabled=change is None,
        help=None if change is None else plain(change),
        on_click=_run_and_tell,
        args=[stepped],
    )


def _presser(name: str) -> Callable[[Any], None]:
    def press(act: Any) -> None:
        if (change := kept_album.requested_change(act)) is not None:
            _change(name, *change)

    return press


def _change(name: str, what: str, make: Callable[[KeptAlbum], KeptAlbum]) -> None:
    def change() -> None:
        albums.store().change(name, make, what)

    _run_and_tell(change)


def _run_and_tell(work: Callable[..., str | None], *given: Any) -> None:
    """Change an album; store the change's message or error for the next run of the page."""
    try:
        told = work(*given)
    except PhotorankError as error:
        told = error_text(error)
    else:
        told = None if told is None else plain(told)
    if told:
        session_state.leave_note("album", told)
