"""Pickers that several pages have: an index, a vector, a group, one of a few."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data
from dashboard.formatting import family, plain
from dashboard.widgets.errors import show_errors
from photorank.errors import NoVectorsError
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector

Option = TypeVar("Option", bound=str)


def choose_one(label: str, options: Mapping[Option, str], key: str) -> Option:
    """Let the user choose one of a few, of which the first is the default; kept in the URL."""
    picked: Any = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        format_func=lambda option: options[option],
        key=key,
        wrap=True,
        bind="query-params",
    )
    return picked


def index_picker(names: Sequence[str]) -> str:
    """Let the user choose one of several indexes; nothing is shown where there is one."""
    if len(names) > 1:
        return _linked_select("Index", "index", {name: name for name in names}, width=220)
    _tell_unknown("index", session_state.unknown_in_address("index", names), names[0])
    return names[0]


def vector_picker(
    index: Index,
    label: str = "Vector",
    about: str = "What to rate by. The page “Vectors” tells where each is from.",
) -> MasterVector:
    """Let the user choose a vector; the one that did best in the latest evaluation comes first."""
    with show_errors():
        known, evaluation = index_data.vectors(index), index_data.evaluation(index)
        if not known:
            raise NoVectorsError(index.name)
    texts = {
        name: f"{name} ({family(known[name].kind)})" for name in by_preference(known, evaluation)
    }
    return known[_linked_select(label, "vector", texts, width=340, about=about)]


def group_picker(names: Sequence[str]) -> int | None:
    """Let the user choose one group, or all; nothing is shown where there are none."""
    if not names:
        return None
    return st.selectbox(
        "Group",
        range(len(names)),
        index=None,
        format_func=lambda group: names[group],
        placeholder="All groups",
        key="group",
        bind="query-params",
        width=220,
    )


def _linked_select(
    label: str, key: str, options: Mapping[str, str], *, width: int, about: str | None = None
) -> str:
    """Let the user choose one of some named options, which links to other pages take along."""
    unknown = session_state.unknown_in_address(key, {*options, *options.values()})
    session_state.set_from_link(key, options)
    chosen = st.selectbox(
        label,
        list(options),
        format_func=options.__getitem__,
        key=key,
        bind="query-params",
        on_change=session_state.forget_link,
        args=[key],
        help=about,
        width=width,
    )
    session_state.keep_for_next_page(key, chosen)
    _tell_unknown(key, unknown, chosen)
    return chosen


def _tell_unknown(what: str, unknown: str, shown: str) -> None:
    """Say what is shown instead of something that an address asks for and there is not."""
    if unknown:
        there_is_not = f"There is no {what} called {plain(unknown[:64])}"
        st.toast(f"{there_is_not}: this is {plain(shown)}.", icon=":material/link_off:")
