"""Pickers shared by several pages: index, vector, group, or one of a few options."""

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
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector

Option = TypeVar("Option", bound=str)


def choose_one(label: str, options: Mapping[Option, str], key: str) -> Option:
    """Show a selector of a few options, stored in the URL; the first option is the default."""
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
    """Show the index picker, unless there is only one index; returns the chosen name."""
    if len(names) > 1:
        return _linked_select("Index", "index", {name: name for name in names}, width=220)
    _tell_unknown("index", session_state.unknown_in_address("index", names), names[0])
    return names[0]


def vector_picker(
    index: Index,
    label: str = "Vector",
    about: str = "What to rate by. The page “Vectors” tells where each is from.",
) -> MasterVector:
    """Show the vector picker, with the best vector of the latest evaluation as the default."""
    with show_errors():
        known, evaluation = index_data.vectors(index), index_data.evaluation(index)
        if not known:
            raise NoVectorsError(index.name)
    texts = {
        name: f"{name} ({family(known[name].kind)})" for name in by_preference(known, evaluation)
    }
    return known[_linked_select(label, "vector", texts, width=340, about=about)]


def group_picker(names: Sequence[str]) -> int | None:
    """Show the group picker, unless there are no groups; None means all groups."""
    if not names:
        return None
    return st.selectbox(
        "Group",
        range(len(names)),
        index=None,
        format_func=lambda group: printable(names[group]),
        placeholder="All groups",
        key="group",
        bind="query-params",
        width=220,
    )


def _linked_select(
    label: str, key: str, options: Mapping[str, str], *, width: int, about: str | None = None
) -> str:
    """Show a select box with a value that links to other pages pass on."""
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
    """Show a message if the URL names an unknown option, with the option used instead."""
    if unknown:
        there_is_not = f"There is no {what} called {plain(unknown[:64])}"
        st.toast(f"{there_is_not}: this is {plain(shown)}.", icon=":material/link_off:")
