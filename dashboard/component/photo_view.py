"""Views of photos: a grid with viewer, a strip, and two photos side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import streamlit as st

from dashboard.cache.photo_looks import looks
from dashboard.component.mounting import drain, mount, requested_action, widget_key
from dashboard.formatting import error_text
from dashboard.models.photos.grid_photos import Caption, GridPhotos, rows_of_tokens
from dashboard.models.words import Mode
from dashboard.routes.held_uploads import hold_upload
from dashboard.routes.pictures import UPLOADED
from dashboard.session_state import PAIR, link_query, photo_token, vocabulary
from photorank.errors import PhotorankError, counted
from photorank.index.judging.marks import Mark, marks_of, record_marks
from photorank.index.opened import BEGINNING_DIGITS, Index
from photorank.outside_text import printable
from photorank.typing import Codes, Json, Ratings

STRIP_PX = 120  # height of a photo in a strip


class Act(NamedTuple):
    """Action of the grid button that the user clicked, and the photos that it applies to."""

    what: str  # a key of the grid's `actions`
    rows: list[int]


class AlbumFlags(NamedTuple):
    """Flags (pinned or excluded) of an album's photos, for display in a photo grid.

    They are shown instead of a person's flags.
    """

    known: Mapping[str, int]  # by digest: 1 keep, -1 leave out
    put: Callable[[int, int], None]  # of a row, its new flag; 0 removes it


@dataclass(frozen=True)
class GridStyle:
    """Appearance of a photo grid, and the actions that its buttons offer."""

    label: str = "Photos"  # for those who do not see it
    rows: int | None = None  # of photos at most; None: all, which scroll
    height: int | None = None  # of a row in pixels, nearly; None: by the window's width
    fills_window: bool = False  # whether the rows share what the window has below their top
    grows: float = 0.0  # by which share of what a window is higher than a small one; a strip
    together: int = 1  # photos, one after another, that stay in one row
    rater: str | None = None  # whose marks are shown and given; None: no marks
    flags: AlbumFlags | None = None  # instead of that person's; the stars are still theirs
    actions: Mapping[str, str] | None = None  # texts of buttons for selected photos; `page` for one
    picks: int | None = None  # photos to choose by a click each, which begins the first action
    judged_by: str | None = None  # vector of the index whose ratings the viewer explains
    ahead: Sequence[int] = ()  # rows of photos that may be shown next, to be fetched in quiet
    opened: str | None = None  # beginning of the digest of a photo to open in the viewer


def grid_photos(
    index: Index,
    rows: Codes,
    percentiles: Ratings | None = None,
    *,
    stacks: Codes | None = None,
    caption: Caption | None = None,
    captions: str = "",
) -> GridPhotos:
    """Photos with the given row numbers in an index, prepared for display in a grid.

    `captions` tells apart captions of the same rows, for the browser keeps them.
    """
    return GridPhotos(index, rows, looks(index), percentiles, stacks, caption, captions)


def photo_grid(key: str, photos: GridPhotos, style: GridStyle | None = None) -> Act | None:
    """Show a grid of photos; return the action that the user requested in it, or None.

    Call it inside a fragment of the page (`@st.fragment`), which each mark runs again.
    """
    style = style or GridStyle()
    place = widget_key(key, photos.index.name, style.rater)
    save_marks(key, photos.index, style)
    mount(place, grid_data(photos, style, vocabulary()))
    act = requested_action(place)
    open_compare_if_asked(photos.index, act)
    if act is None or act["what"] == "lost":
        return None  # the order is held again, for this run has drawn it
    return Act(act["what"], rows_of_tokens(photos.index, act["tokens"]))


def grid_data(photos: GridPhotos, style: GridStyle, mode: Mode) -> Json:
    """JSON of a grid for the JavaScript component, which fetches the photos' data separately."""
    order = photos.hold()
    return {
        "mode": "grid",
        "index": photos.index.name,
        "order": order.name,
        "n": order.n,
        "first": order.first,
        "label": style.label,
        "marks": _known_marks(photos.index, style),
        "markable": style.rater is not None,
        "actions": dict(style.actions or {}),
        "picks": style.picks,
        "judgedBy": style.judged_by,
        "words": mode,
        "rows": style.rows,
        "target": style.height,
        "fills": style.fills_window,
        "grows": style.grows,
        "together": style.together,
        "ahead": [photos.index.photo(row).digest[:BEGINNING_DIGITS] for row in style.ahead],
        "open": style.opened,
    }


def open_compare_if_asked(index: Index, act: Json | None) -> None:
    """Open the page “Compare” if the user has just requested a comparison of two photos."""
    if act is None or act["what"] != "versus":
        return
    rows = rows_of_tokens(index, act["tokens"])
    if len(rows) == len(PAIR):
        digests = (photo_token(index.photo(row).digest) for row in rows)
        query = link_query(dict(zip(PAIR, digests, strict=True)))
        st.switch_page("views/compare.py", query_params=query)


def save_marks(key: str, index: Index, style: GridStyle) -> None:
    """Save the flags and stars that the user set in a grid since the last run of the page.

    The grid does so when it is drawn; call it before, where what is drawn depends on the marks.
    """
    rater = style.rater
    if rater is None:
        return
    try:
        drain(
            widget_key(key, index.name, rater),
            lambda items: _record(index, rater, items, style.flags),
        )
    except PhotorankError as error:  # what was pressed is sent again
        st.error(f"Not kept yet, and sent again: {error_text(error)}", icon=":material/error:")


def photo_strip(key: str, photos: GridPhotos, label: str = "Photos") -> None:
    """Show photos in one row; the user can open each photo in the viewer."""
    photo_grid(key, photos, GridStyle(label=label, rows=1, height=STRIP_PX))


class SidePhoto(NamedTuple):
    """Record of a photo in a side-by-side view: index name, digest prefix and file name."""

    collection: str  # name of its index, or what stands for uploads
    token: str
    name: str


def indexed_photo(index: Index, row: int) -> SidePhoto:
    """Record of an indexed photo for a side-by-side view."""
    photo = index.photo(row)
    return SidePhoto(index.name, photo.digest[:BEGINNING_DIGITS], printable(photo.path.name))


def uploaded_photo(name: str, data: bytes) -> SidePhoto:
    """Record of an uploaded photo for a side-by-side view; its file is held in memory."""
    return SidePhoto(UPLOADED, hold_upload(data), printable(name))


def show_side_by_side(key: str, photos: Sequence[SidePhoto]) -> None:
    """Show one or two photos side by side with common zoom, filling the window's height."""
    mount(key, {"mode": "pair", "index": "", "pair": [list(one) for one in photos]})


def _known_marks(index: Index, style: GridStyle) -> dict[str, list[int]]:
    """Dictionary from a marked photo's digest prefix to its flag and stars."""
    if style.rater is None:
        return {}
    known = {digest: list(mark) for digest, mark in marks_of(index.paths, style.rater).items()}
    if style.flags is not None:
        own = style.flags.known
        stars = {digest: mark[1] for digest, mark in known.items()}
        known = {one: [own.get(one, 0), stars.get(one, 0)] for one in {*stars, *own}}
    return {digest[:BEGINNING_DIGITS]: mark for digest, mark in known.items()}


def _record(index: Index, rater: str, items: Sequence[Json], flags: AlbumFlags | None) -> None:
    marks = [
        Mark(item["token"], item["mark"], item["value"])
        for item in items
        if isinstance(item.get("token"), str)
        and item.get("mark") in ("flag", "stars")
        and type(item.get("value")) is int
    ]
    if flags is not None:
        for mark in marks:
            if mark.kind == "flag":
                for row in rows_of_tokens(index, [mark.photo]):
                    flags.put(row, mark.value)
        marks = [mark for mark in marks if mark.kind == "stars"]
    if marks and (missing := record_marks(index.paths, rater, marks)):
        st.toast(f"{counted(missing, 'mark')} on photos that are no longer in the collection.")
