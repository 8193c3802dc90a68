"""Filters of the page Photos: sort order in a bar, all other filters in a panel."""

from typing import Any

import streamlit as st

from dashboard import session_state
from dashboard.models.photos import photos_page
from dashboard.models.photos.photos_page import Filters, PhotoData
from dashboard.widgets import pickers
from photorank.errors import counted


def ask_filters(known: PhotoData, *, some_judged: bool) -> Filters:
    """Show the filters of the page Photos; return what the user selected in them."""
    labels = known.labels
    order = pickers.choose_one("Show", photos_page.orders(labels), "order")
    panel = st.popover("Filter", icon=":material/filter_alt:", key="filters")
    with panel:
        group = pickers.group_picker(labels.group_names, _key("group"))
        filters = _panel(known, order, group, some_judged=some_judged)
    session_state.put_times_cleared_in_address(wanted=bool(filters.total))
    return filters


def clear_button(key: str, filters: Filters) -> None:
    """Show a button that clears all filters, labelled with the number of active filters."""
    st.button(
        f"Clear {counted(filters.total, 'filter')}",
        icon=":material/filter_alt_off:",
        key=key,
        on_click=session_state.count_clearing,
    )


def _key(name: str) -> str:
    """Widget key of a filter, renewed each time that all filters are cleared.

    A browser remembers what was chosen in a panel that is closed, and would send it again.
    """
    times = session_state.times_cleared()
    return f"{name}-{times}" if times else name


def _panel(known: PhotoData, order: str, group: int | None, *, some_judged: bool) -> Filters:
    facets = known.facets
    faced: photos_page.FaceFilter = "any"
    if known.faces is not None and known.faces.by_row:
        faced = pickers.choose_one("Faces", photos_page.FACE_FILTERS, _key("faces"))
    shape = pickers.choose_one("Shape", photos_page.SHAPES, _key("shape"))
    flag = pickers.choose_one("Your marks", photos_page.FLAGS, _key("marked"))
    stars = st.slider("Your stars, at least", 0, 5, key=_key("stars"), persist_state="session")
    better = st.slider(
        "Better than", 0, 99, format="%d %%", key=_key("better"), persist_state="session"
    )
    folders = _names("Folders", facets.folders.names, facets.folders.codes, "folders")
    cameras = _names("Cameras", facets.cameras.names, facets.cameras.codes, "cameras")
    judged_only = some_judged and st.toggle(
        "Judged photos only", key=_key("judged"), bind="query-params"
    )
    return Filters(
        order=order,
        group=group,
        judged_only=judged_only,
        faces=faced,
        shape=shape,
        days=_days(known),
        folders=folders,
        cameras=cameras,
        better_than=better,
        stars=stars,
        flag=flag,
    )


def _names(label: str, names: list[str], codes: Any, key: str) -> tuple[int, ...]:
    shown = photos_page.shown_names(names, codes)
    if len(shown) < 2:
        return ()
    chosen = st.multiselect(
        label,
        list(shown),
        format_func=lambda code: shown.get(code, ""),
        key=_key(key),
        placeholder="All",
        persist_state="session",
    )
    return tuple(chosen)


def _days(known: PhotoData) -> tuple[Any, Any] | None:
    span = photos_page.day_range(known.facets)
    if span is None or span[0] == span[1]:
        return None
    chosen = st.date_input(
        "Taken",
        span,
        min_value=span[0],
        max_value=span[1],
        key=_key("days"),
        persist_state="session",
    )
    if not isinstance(chosen, tuple) or len(chosen) < 2 or chosen == span:
        return None
    return chosen[0], chosen[1]
