"""Pickers shared by several pages: photo index, rating vector, photo group, row of buttons."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from dashboard import session_state
from dashboard.cache import encoder_results, index_data
from dashboard.formatting import family, plain
from dashboard.models.words import vector_name
from dashboard.widgets.errors import show_errors
from photorank.errors import NoVectorsError
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector

Option = TypeVar("Option", bound=str)
WORDS_SHOWN = 30  # letters at most of what was typed, on the button


def choose_one(label: str, options: Mapping[Option, str], key: str) -> Option:
    """Show a row of buttons, one per option; return the selected option, by default the first."""
    picked: Any = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        format_func=lambda option: options[option],
        key=key,
        wrap=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    return picked


def index_picker(names: Sequence[str]) -> str:
    """Show a picker of the photo index, unless there is only one; return the selected name."""
    if len(names) > 1:
        what = session_state.wording("index").capitalize()
        return _linked_select((what, "index", 170), {name: name for name in names}, {})
    return names[0]


def vector_picker(index: Index, label: str | None = None, about: str | None = None) -> MasterVector:
    """Show a picker of the rating vector; return the selected one, by default the best."""
    with show_errors():
        known, evaluation = index_data.vectors(index), index_data.evaluation(index)
        if not known:
            raise NoVectorsError(index.name, words=index.manifest.knows_words)
    mode, names = session_state.vocabulary(), by_preference(known, evaluation)
    texts = {
        "plain": {name: vector_name(name, "plain") for name in names},
        "statistics": {name: f"{name} ({family(known[name].kind)})" for name in names},
    }
    # A link that was shared says it in the words of whoever shared it.
    other_words = {text: name for shown in texts.values() for name, text in shown.items()}
    label = label or session_state.wording("by")
    width = 220 if mode == "plain" else 300
    return known[_linked_select((label, "vector", width), texts[mode], other_words, about)]


def vector_in_use(index: Index) -> str | None:
    """Name of the rating vector that the next opened page uses: the user's choice, else the best.

    None for an index without vectors.
    """
    chosen = session_state.kept_for_next_page("vector")
    if chosen in index_data.vectors(index):
        return chosen
    usual = index_data.default_rating_vector(index)
    return None if usual is None else usual.name


def vector_or_prompt_picker(index: Index) -> MasterVector:
    """Show a text field and a vector picker; return the text's rating vector or the picked one."""
    text = session_state.typed_prompt()
    vector = None if text else vector_picker(index)
    label = f"By your words: {plain(text[:WORDS_SHOWN])}" if text else "By words"
    with st.popover(label, icon=":material/translate:", key="by-words"):
        st.text_input(
            "Photos like",
            key=session_state.TYPED,
            placeholder="a sharp photo of people laughing",
        )
    if vector is not None:
        return vector
    st.button("Clear the words", icon=":material/close:", on_click=session_state.forget_words)
    with show_errors(st.warning):
        return encoder_results.vector_from_text(index, text)


def group_picker(names: Sequence[str], key: str) -> int | None:
    """Show a picker of photo groups; return the selected group's number, or None for all photos."""
    if not names:
        return None
    what = session_state.wording("group")
    return st.selectbox(
        what.capitalize(),
        range(len(names)),
        index=None,
        format_func=lambda group: printable(names[group]),
        placeholder=f"All {what}s",
        key=key,
        bind="query-params",
        width=170,
        label_visibility="collapsed",
    )


def _linked_select(
    shown: tuple[str, str, int],
    options: Mapping[str, str],
    other_words: Mapping[str, str],
    about: str | None = None,
) -> str:
    """Show a select box; return the selected option, and preselect that option on other pages.

    `shown` is its label, its key and its width; `other_words` are other ways to write an option.
    """
    label, key, width = shown
    written = {**other_words, **{option: option for option in options}}
    unknown = session_state.unknown_in_address(key, written)
    session_state.set_from_link(key, written)
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
        label_visibility="collapsed" if about is None else "visible",
    )
    session_state.keep_for_next_page(key, chosen)
    _tell_unknown(key, unknown, chosen)
    return chosen


def _tell_unknown(what: str, unknown: str, shown: str) -> None:
    """Show a message if the URL names an option that does not exist."""
    if unknown:
        there_is_not = f"There is no {session_state.wording(what)} called {plain(unknown[:64])}"
        st.toast(
            f"{there_is_not}: this is {plain(shown)}.", icon=":material/link_off:", duration="long"
        )
