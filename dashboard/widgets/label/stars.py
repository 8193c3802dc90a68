"""Widgets of the page Teach for giving stars to photos, page by page."""

from collections.abc import Sequence

import streamlit as st

from dashboard import actions, session_state
from dashboard.models.label_session import LabelSession
from dashboard.models.label_texts import STARS_A_PAGE
from dashboard.models.photo_tiles import alt_text
from dashboard.widgets.label.learned import show_learned
from dashboard.widgets.label.pairs import show_problem, undo_button
from dashboard.widgets.photo_grid import page_of, show_thumbnail


def star_pages(session: LabelSession) -> None:
    """Show one page of photos with star ratings, and the page numbers below."""
    place, n = st.container(), len(session.index)
    with st.container(horizontal=True, horizontal_alignment="center"):
        page = page_of(n, STARS_A_PAGE, f"starred-{session.index.name}")
    with place:
        show_stars(session, range(n)[page])


@st.fragment
def show_stars(session: LabelSession, rows: Sequence[int]) -> None:
    """Show photos, each with the stars that the person has given."""
    show_problem(session)
    index, said = session.index, session.clicks()
    given = dict(zip(said.starred.tolist(), said.stars.astype(int).tolist(), strict=True))
    with st.container(key="photos-stars"):
        grid = st.grid(4, min_column_width=220)
        for row in rows:
            with grid.cell():
                photo, stars = index.photo(row), given.get(row, 0)
                show_thumbnail(index.thumbnail(photo), alt_text(photo, parts=2))
                # Undoing changes what a widget remembers: it becomes another one.
                key = f"stars-{session.rater}-{session.queue.undone}-{photo.digest}"
                st.feedback(
                    "stars",
                    key=key,
                    default=stars - 1 if stars else None,
                    on_change=_record,
                    args=[session, row, key],
                )
    undo_button(session)
    show_learned(session, st.container())


def _record(session: LabelSession, row: int, key: str) -> None:
    place = session_state.widget_value(key)  # counted from 0
    actions.record_stars(session, row, 0 if place is None else place + 1)
