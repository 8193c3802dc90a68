"""Pickers of the page Teach: person who labels, vector to start learning from, kind of pairs."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard import session_state
from dashboard.cache import index_data, vector_ratings
from dashboard.models import teach_texts, vector_card
from dashboard.models.teach_session import Kind, TeachSession, codes_of_kind
from dashboard.models.words import vector_name
from dashboard.widgets import pickers
from dashboard.widgets.errors import show_errors
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.outside_text import printable
from photorank.vectors.master import MasterVector
from photorank.vectors.store import ME, is_of_rater


class LabellingSettings(NamedTuple):
    """Settings of a labelling session: person, vector to start learning from, kind of pairs."""

    rater: str
    prior: MasterVector | None
    kind: Kind


def ask_settings(index: Index, people: Sequence[str]) -> LabellingSettings:
    """Ask for a labelling session's settings, such as the person and the kind of photo pairs."""
    rater = _name_picker(people)
    kind: Kind = "all"
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        prior = _prior_picker(index, rater)
        kinds = teach_texts.kinds(
            vector_card.pair_kinds(index_data.labels(index, rater)), session_state.vocabulary()
        )
        if len(kinds) > 1:
            kind = pickers.choose_one("Two photos of", kinds, "within")
    return LabellingSettings(rater, prior, kind)


def _prior_picker(index: Index, rater: str) -> MasterVector | None:
    """Show a picker of the rating vector that learning starts from; return the vector, or None."""
    with show_errors():
        known = _priors(index, rater)
    if not known:
        st.caption("The collection has no way to judge yet: you begin from nothing.")
        return None
    mode = session_state.vocabulary()
    name = st.selectbox(
        "Starting from",
        list(known),
        format_func=lambda name: vector_name(name, mode),
        key="prior",
        help=teach_texts.PRIOR_HELP,
        persist_state="session",
    )
    return known[name]


def _priors(index: Index, rater: str) -> dict[str, MasterVector]:
    """Rating vectors (keyed by name) that a person's learning may start from, preferred first."""
    every = index_data.vectors(index)
    known = {name: one for name, one in every.items() if not is_of_rater(one, rater)}
    return {name: known[name] for name in by_preference(known, index_data.evaluation(index))}


def default_session(index: Index) -> TeachSession:
    """Labelling session with default settings, for the warm-up at server start."""
    prior = next(iter(_priors(index, ME).values()), None)
    return TeachSession(index, ME, prior, vector_ratings.photo_subset(index, prior, ME, None))


def begin_session(index: Index, person: LabellingSettings) -> TeachSession:
    """Start a person's labelling session on an index, and return the session."""
    rater, prior, kind = person
    within = codes_of_kind(index_data.labels(index, rater), kind)
    subset = vector_ratings.photo_subset(index, prior, rater, within)
    queue = session_state.pair_queue(index.name, rater, prior.name if prior else "", kind)
    return TeachSession(index, rater, prior, subset, within, queue)


def _name_picker(known: Sequence[str]) -> str:
    """Show a picker of the person who labels; return the selected or typed name."""
    name = st.selectbox(
        "Who is choosing",
        [*known],
        index=None,  # a default would not be kept in the URL, and may be another one tomorrow
        placeholder=ME,
        key="rater",
        bind="query-params",
        accept_new_options=True,
        format_func=printable,
        help="Everybody's choices are kept apart. Type a new name to begin anew.",
        width=150,
        label_visibility="collapsed",
    )
    return (name or ME).strip() or ME
