"""Widgets of the page Album for a new choice: settings, photos, export form."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import actions, session_state
from dashboard.cache import index_data, vector_ratings
from dashboard.models import album
from dashboard.models.album import AlbumTile
from dashboard.models.photo_tiles import tile_of
from dashboard.models.words import vector_name
from dashboard.widgets import photo_grid, pickers
from dashboard.widgets.album import kept_album
from dashboard.widgets.errors import show_errors
from photorank.album.face_quota import FaceQuota
from photorank.album.make_album import Album
from photorank.album.quotas import PER
from photorank.album.request import BALANCE, AlbumRequest
from photorank.index.opened import Index
from photorank.similarity.series import THRESHOLD

MOST = 1e6  # photos, more than any album has places


def choose_album(index: Index, bar: DeltaGenerator) -> None:
    """Show a choice of photos with reasons, pins and bans, to be saved or exported.

    What is asked stands in the `bar` of the page's head.
    """
    word = session_state.word
    with bar:
        vector = pickers.vector_picker(index)
        with show_errors():
            labels = index_data.labels(index)
        request, alike, view = ask_request(index, labels.group_names)

    mode = session_state.words()
    by = vector_name(vector.name, mode)
    with show_errors(st.warning):
        made = vector_ratings.album(index, vector, alike, request, by)
        adds = vector_ratings.added_shares(index, vector, alike, request, by)
    if made.chosen:
        with bar:
            kept_album.keep_form(album.kept(index, made, request, alike, vector.name))
    st.container(key="headline").markdown(album.headline(made, len(index), by))

    marks = {"pin": word("pin"), "ban": word("ban")}
    if view == "sheet":
        photo_grid.photo_grid("album", [tile_of(index, one.row) for one in made.chosen], 90)
    else:
        buttons = marks | {"free": word("unpin")}
        show_photos(index, album.tiles(index, made, mode, adds), "album", buttons)
    for note in made.notes:
        st.caption(album.as_sentence(note))
    if swap := album.swap_text(index, made):
        st.caption(swap)
    if made.missed:
        st.header("Just missed", anchor=False)
        missed = album.missed_tiles(index, made, adds)
        show_photos(index, missed, "missed", marks, photo_grid.STRIP)
    if request.banned:
        st.header(word("banned"), anchor=False)
        banned = album.banned_tiles(index, sorted(request.banned))
        show_photos(index, banned, "banned", {"free": "Allow again"})
    if made.chosen:
        export_form(index, made)


def ask_request(index: Index, groups: Sequence[str]) -> tuple[AlbumRequest, float, str]:
    """Settings that the user entered: request, cosine of series, and view."""
    group = pickers.group_picker(groups)
    # Not of the type int, for which an address that asks for 1e309 places ends in an error.
    places = st.number_input(
        "Places", 0.0, MOST, 24.0, 1.0, "%.0f", key="places", bind="query-params",
        width=150, label_visibility="collapsed", icon=":material/photo_library:",
    )  # fmt: skip
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        view = pickers.choose_one("Show", album.VIEWS, "view")
        balance = st.slider(
            "Quality … variety", 0.0, 1.0, BALANCE, 0.05, key="balance", help=album.BALANCE_HELP,
            bind="query-params",
        )  # fmt: skip
        alike = st.slider(
            "Alike from",
            0.7,
            1.0,
            THRESHOLD,
            0.01,
            key="alike",
            help=album.ALIKE_HELP[session_state.words()],
        )
        limit = st.selectbox(
            "At most", list(album.LIMITS), format_func=lambda per: album.LIMITS[per], key="per"
        )
        at_most = st.number_input("photos", 1, int(MOST), 3, key="most", disabled=limit == "none")
        with_faces = _face_quota() if limit == "none" and index_data.faces(index).by_row else None
    session_state.read_marks_in_address(index)
    session_state.put_marks_in_address(index.name)
    marks = session_state.album_marks(index.name)
    request = AlbumRequest(
        int(places),
        balance,
        None if group is None else groups[group],
        _rows(index, marks, "pin"),
        _rows(index, marks, "ban"),
        next((per for per in PER if per == limit), None),
        int(at_most),
        with_faces,
    )
    return request, alike, view


def _face_quota() -> FaceQuota | None:
    """Limits that the user entered for photos with a visible face; None without."""
    least = st.number_input("With a face, at least", 0, int(MOST), 0, key="least-faces")
    most = st.number_input(
        "With a face, at most", 0, int(MOST), None, key="most-faces", placeholder="any number"
    )
    if most is None:
        return FaceQuota(least) if least else None
    return FaceQuota(least, max(least, most))


def show_photos(
    index: Index,
    shown: Sequence[AlbumTile],
    key: str,
    buttons: Mapping[str, str],
    columns: int = 4,
) -> None:
    """Show a grid of photos with buttons; `buttons` maps a mark to its text."""

    def why_and_buttons(place: int) -> None:
        one = shown[place]
        row = st.container(
            horizontal=True,
            gap="small",
            vertical_alignment="center",
            key=f"closer-{key}-{one.digest}",
        )
        with row:
            query = {"photo": session_state.photo_token(one.digest)}
            photo_grid.page_link("photo", "Why?", query)
            for how, name in buttons.items():
                if (how == "free") == one.pinned or key == "banned":
                    _button(index, one, how, name, key)
            if one.pinned:
                st.badge(session_state.word("pinned"), color="blue", icon=":material/push_pin:")

    tiles = [one.tile for one in shown]
    photo_grid.photo_grid(key, tiles, columns=columns, below=why_and_buttons)


def export_form(index: Index, made: Album) -> None:
    """Show the export form with a preview of the files to write."""
    st.header("Export", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = pickers.choose_one("As", album.KINDS, "export")
        to = st.text_input("Into folder", key="to", placeholder="/home/me/Album", width=360)
        along = kind not in album.WITHOUT_COMPANIONS and st.checkbox(
            "With companions", key="companions", help=album.COMPANIONS_HELP
        )
    st.caption(album.KIND_HELP[kind])
    with show_errors(st.warning):
        ahead = album.export_forecast(made, index, kind, to, along=along)
    st.markdown(ahead.sentence)
    if ahead.files:
        with st.popover("Which files?"):
            st.text("\n".join(ahead.files))
    if st.button("Write", type="primary", disabled=not ahead.can_write):
        with show_errors(st.error), st.spinner("Writing …"):
            st.success(actions.export_album(index, made, kind, to, along=along))


def _button(index: Index, one: AlbumTile, how: str, name: str, key: str) -> None:
    st.button(
        name,
        key=f"{how}-{key}-{one.digest}",
        type="tertiary",
        on_click=session_state.mark_photo,
        args=[index.name, one.digest, None if how == "free" else how],
    )


def _rows(index: Index, marks: Mapping[str, str], how: str) -> frozenset[int]:
    """Rows of the photos marked "pin" or "ban"."""
    wanted = {digest for digest, one in marks.items() if one == how}
    if not wanted:
        return frozenset()
    digests = enumerate(index.digests())
    return frozenset(row for row, digest in digests if digest in wanted)
