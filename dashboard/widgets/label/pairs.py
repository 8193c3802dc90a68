"""Widgets of the page Teach for choosing between two photos, by button or key."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import actions
from dashboard.cache import photo_images
from dashboard.formatting import error_text
from dashboard.models.label_session import LabelSession, Outcome, Pair
from dashboard.models.label_texts import side_alt
from dashboard.widgets.errors import show_errors
from dashboard.widgets.label.learned import show_learned
from photorank.errors import PhotorankError

# A key that is held repeats itself: it would answer pairs that nobody has looked at.
ONE_PRESS = """<script>
window.addEventListener("keydown", event => {
    if (event.key === "Enter" && event.target.closest(".st-key-rater")) {
        // The name is said: the next key answers.
        setTimeout(() => document.activeElement.blur(), 100);
    }
    if (event.repeat && event.key !== "Tab" && document.querySelector(".st-key-ahead")
        && !event.target.closest("input, textarea")) {
        event.preventDefault();
        event.stopImmediatePropagation();
    }
}, true);
</script>"""
BUTTONS: dict[Outcome, tuple[str, str]] = {  # text and key
    "first": ("The first is better", "Left"),
    "second": ("The second is better", "Right"),
    "tie": ("Equally good", "T"),
    "skip": ("Skip", "S"),
}


@st.fragment
def show_pairs(session: LabelSession) -> None:
    """Show a pair to choose from, and below the pair the taste learned from all choices.

    The next pair is drawn and its pictures are sent while the person looks at this one.
    """
    st.html(ONE_PRESS, unsafe_allow_javascript=True)
    with show_errors(st.error):
        pair = session.show_pair()
        show_problem(session)
        if pair is None:
            st.info("You have seen every pair there is.", icon=":material/done_all:")
            undo_button(session)
        else:
            _sides(session, pair)
        learned = st.container()
        upcoming = session.draw_ahead()
        if upcoming is not None:
            ahead = st.container(key="ahead")
            _picture(session, upcoming.first, alt="", place=ahead)
            _picture(session, upcoming.second, alt="", place=ahead)
        show_learned(session, learned)


def show_problem(session: LabelSession) -> None:
    """Show the error that kept the latest click from being saved, if there is an error."""
    if session.queue.problem:
        st.error(session.queue.problem, icon=":material/error:")


def undo_button(session: LabelSession) -> None:
    """Show the button that undoes the latest click."""
    st.button("Undo", key="undo", shortcut="Z", on_click=actions.undo_click, args=[session])


def _sides(session: LabelSession, pair: Pair) -> None:
    """Show the two photos of a pair, and the answer buttons."""
    st.markdown("**Which one would you rather have in an album?**")
    sides: list[tuple[Outcome, int]] = [("first", pair.first), ("second", pair.second)]
    for column, (which, row) in zip(st.columns(2, gap="medium"), sides, strict=True):
        with column.container(key=f"side-{which}"):
            alt = side_alt(session.index.photo(row), which)
            _picture(session, row, alt=alt, place=st.container(key=f"large-{which}"))
            _button(session, pair, which)
    with st.container(horizontal=True, horizontal_alignment="center", key="others"):
        _button(session, pair, "tie")
        _button(session, pair, "skip")
        undo_button(session)


def _picture(session: LabelSession, row: int, *, alt: str, place: DeltaGenerator) -> None:
    try:
        place.image(photo_images.picture(session.index, row), width="stretch", alt=alt)
    except PhotorankError as error:
        place.warning(error_text(error), icon=":material/hide_image:")


def _button(session: LabelSession, pair: Pair, outcome: Outcome) -> None:
    text, shortcut = BUTTONS[outcome]
    # A key of its own for each pair: what was pressed for the pair before is not this one's.
    st.button(
        text,
        key=f"{outcome}-{pair.first}-{pair.second}",
        shortcut=shortcut,
        on_click=actions.record_answer,
        args=[session, pair, outcome],
        width="stretch" if outcome in ("first", "second") else "content",
    )
