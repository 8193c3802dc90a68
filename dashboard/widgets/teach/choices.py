"""Widgets of the page Teach that ask for the better of two photos and save the learned vector."""

import numpy as np
import streamlit as st

from dashboard import actions, session_state
from dashboard.cache import index_data
from dashboard.component.mounting import drain, mount, widget_key
from dashboard.component.photo_view import indexed_photo
from dashboard.formatting import error_text
from dashboard.models import teach_texts, vector_card
from dashboard.models.teach_session import Pair, TeachSession
from dashboard.widgets import pickers
from dashboard.widgets.teach.learned import show_accuracy
from photorank.errors import PhotorankError, counted
from photorank.index.judging.click_log import Clicks
from photorank.index.opened import Index
from photorank.learning.measure_taste import PersonalState
from photorank.typing import Floats, Json

STRIP = 10  # best photos, before and now
_APPLY = "use-taste"  # key of the button


@st.fragment
def show_choices(session: TeachSession) -> None:
    """Show photo pairs in which to choose the better photo; save each choice and learn from it."""
    place = widget_key("choice", session.index.name, session.rater)
    try:
        drain(place, lambda items: actions.record_answers(session, items))
    except PhotorankError as error:  # what was pressed is sent again
        st.error(f"Not kept yet, and sent again: {error_text(error)}", icon=":material/error:")
    said = session.clicks()
    taste = session.taste(said)
    _taste_bar(session, taste)
    mount(place, _choice_data(session, said, taste))


def _choice_data(session: TeachSession, said: Clicks, taste: PersonalState) -> Json:
    index = session.index
    prior = session.subset.including(index, said.judged_rows).Z[:, 0]
    again = session.queue.again
    return {
        "mode": "choice",
        "index": index.name,
        "question": teach_texts.QUESTION,
        "pairs": [_asked(index, pair) for pair in session.pairs(said)],
        "again": None if again is None else _asked(index, again),
        "said": teach_texts.progress_text(taste),
        "before": _best(index, taste, prior),
        "now": _best(index, taste, taste.ratings),
    }


def _asked(index: Index, pair: Pair) -> list[object]:
    sides = [list(indexed_photo(index, row)) for row in (pair.first, pair.second)]
    return [*sides, pair.asked]


def _best(index: Index, taste: PersonalState, ratings: Floats) -> list[list[str]]:
    rows = taste.rows[np.argsort(-ratings, kind="stable")[:STRIP]]
    return [list(indexed_photo(index, row)) for row in rows.tolist()]


def _taste_bar(session: TeachSession, taste: PersonalState) -> None:
    """Show the accuracy of a person's learned taste, and a button that applies it on all pages."""
    _save_taste(session, taste)
    said = bool(taste.n_choices or taste.n_stars)
    used = pickers.vector_in_use(session.index) == taste_vector_name(session)
    with st.container(horizontal=True, vertical_alignment="center", key="taste"):
        sure = st.popover(
            "How sure is it?", icon=":material/query_stats:", key="sure", on_change="rerun"
        )
        if sure.open:
            with sure:
                show_accuracy(taste)
        st.button(
            "My taste is used everywhere" if used else "Use my taste everywhere",
            key=_APPLY,
            type="secondary" if used else "primary",
            disabled=not said,
            help=None if said else "Choose between two photos first: there is no taste yet.",
        )


def _save_taste(session: TeachSession, taste: PersonalState) -> None:
    """Save a person's taste as a rating vector if requested, or if the saved one is out of date."""
    name, wanted = taste_vector_name(session), bool(st.session_state.get(_APPLY))
    saved = name in index_data.vectors(session.index)
    # What is saved follows each choice; it is one vector, whatever it is called.
    changed = session_state.record_judgement_counts(name, taste.n_choices, taste.n_stars)
    if wanted or (saved and changed):
        try:
            actions.save_personal_vector(session.index, taste.vector(name))
        except PhotorankError as error:
            st.error(error_text(error), icon=":material/error:")
            return
    if wanted:
        session_state.keep_for_next_page("vector", name)
        n = counted(taste.n_choices, "choice")
        st.toast(f"Every page now judges by your taste, of {n} so far.", icon=":material/check:")


def taste_vector_name(session: TeachSession) -> str:
    """Name of the rating vector that stores, or would store, a person's learned taste."""
    return vector_card.taste_name(session.rater, index_data.vectors(session.index))
