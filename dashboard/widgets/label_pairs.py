"""The parts of Label that are drawn again at each click, while the rest of the page stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import actions, session_state
from dashboard.cache import index_data, photo_images, vector_ratings
from dashboard.charts import evaluation_charts
from dashboard.formatting import error_text
from dashboard.models import labelling, photo_tiles, vector_card
from dashboard.models.labelling import Desk, Outcome, Pair
from dashboard.widgets import common, photo_grid
from photorank.errors import PhotorankError
from photorank.evaluation import agreement
from photorank.index.judging.click_log import Clicks, clicks
from photorank.index.opened import Index
from photorank.learning.personal_taste import PersonalState, personal_state
from photorank.typing import Codes
from photorank.vectors.master import MasterVector
from photorank.vectors.taste.photo_subset import Ground

ME = "me"  # who labels until somebody gives a name
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
WAYS: dict[Outcome, tuple[str, str]] = {  # words and key
    "first": ("The first is better", "Left"),
    "second": ("The second is better", "Right"),
    "tie": ("Equally good", "T"),
    "skip": ("Skip", "S"),
}


@dataclass(frozen=True)
class Sitting:
    """Who labels what, beginning with which vector."""

    index: Index
    rater: str
    vector: MasterVector | None  # None: the index has no vector, and they begin from nothing
    within: Codes | None = None  # a number for each photo's group or series: pairs are of one

    def said(self) -> Clicks:
        """Return all that the person said, as it is on the disk now."""
        return clicks(self.index, self.rater)

    def state(self) -> PersonalState:
        """Return what is known of the person's taste."""
        said, ground = self.said(), self.ground()
        return personal_state(self.index, self.rater, self.vector, said, ground=ground)

    def ground(self) -> Ground:
        """Return what is believed of the person before any choice."""
        return vector_ratings.ground(self.index, self.vector, self.rater, self.within)


def name_picker(known: Sequence[str]) -> str:
    """Let people say who they are; a name that is typed is a new person."""
    name = st.selectbox(
        "Who is choosing",
        [*known],
        index=None,  # a default would not be kept in the URL, and may be another one tomorrow
        placeholder=ME,
        key="rater",
        bind="query-params",
        accept_new_options=True,
        help="Everybody's choices are kept apart. Type a new name to begin anew.",
        width=180,
    )
    return (name or ME).strip() or ME


@st.fragment
def two_up(sitting: Sitting, desk: Desk) -> None:
    """Show a pair to choose from, and below it what was learned from all choices.

    The next pair is drawn and its pictures are sent while the person looks at this one.
    """
    st.html(ONE_PRESS, unsafe_allow_javascript=True)
    with common.explained(st.error):
        if desk.current is None:
            desk.current = _drawn(sitting, None)
        _problem(desk)
        if desk.current is None:
            st.info("You have seen every pair there is.", icon=":material/done_all:")
            st.button("Undo", key="undo", shortcut="Z", on_click=_take_back, args=[sitting, desk])
        else:
            _sides(sitting, desk, desk.current)
        learned = st.container()
        if desk.current is not None and desk.upcoming is None:
            desk.upcoming = _drawn(sitting, desk.current)
        if desk.upcoming is not None:
            ahead = st.container(key="ahead")
            _picture(sitting, desk.upcoming.first, alt="", place=ahead)
            _picture(sitting, desk.upcoming.second, alt="", place=ahead)
        _learned(sitting, desk, learned)


def _drawn(sitting: Sitting, table: Pair | None) -> Pair | None:
    return labelling.draw(sitting.index, sitting.ground(), sitting.said(), table, sitting.within)


def _problem(desk: Desk) -> None:
    if desk.problem:
        st.error(desk.problem, icon=":material/error:")


def _sides(sitting: Sitting, desk: Desk, pair: Pair) -> None:
    """Show two photos, what can be said of them, and the keys that say it."""
    st.markdown("**Which one would you rather have in an album?**")
    sides: list[tuple[Outcome, int]] = [("first", pair.first), ("second", pair.second)]
    for column, (which, row) in zip(st.columns(2, gap="medium"), sides, strict=True):
        with column.container(key=f"side-{which}"):
            alt = labelling.side_alt(sitting.index.photo(row), which)
            _picture(sitting, row, alt=alt, place=st.container(key=f"large-{which}"))
            _way(sitting, desk, pair, which)
    with st.container(horizontal=True, horizontal_alignment="center", key="others"):
        _way(sitting, desk, pair, "tie")
        _way(sitting, desk, pair, "skip")
        st.button("Undo", key="undo", shortcut="Z", on_click=_take_back, args=[sitting, desk])


def _picture(sitting: Sitting, row: int, *, alt: str, place: DeltaGenerator) -> None:
    try:
        place.image(photo_images.picture(sitting.index, row), width="stretch", alt=alt)
    except PhotorankError as error:
        place.warning(error_text(error), icon=":material/hide_image:")


def _way(sitting: Sitting, desk: Desk, pair: Pair, outcome: Outcome) -> None:
    label, shortcut = WAYS[outcome]
    # A key of its own for each pair: what was pressed for the pair before is not this one's.
    st.button(
        label,
        key=f"{outcome}-{pair.first}-{pair.second}",
        shortcut=shortcut,
        on_click=_say,
        args=[sitting, desk, pair, outcome],
        width="stretch" if outcome in ("first", "second") else "content",
    )


def _say(sitting: Sitting, desk: Desk, pair: Pair, outcome: Outcome) -> None:
    """Keep what was said of a pair, and only then put the next one on the table."""
    if desk.current != pair:
        return  # pressed twice: the pair was answered
    try:
        actions.record(sitting.index, sitting.rater, pair, outcome)
    except PhotorankError as error:
        desk.problem = f"This was not kept: {error_text(error)}"
    else:
        desk.advance(outcome)


def _take_back(sitting: Sitting, desk: Desk) -> None:
    try:
        desk.go_back(actions.take_back(sitting.index, sitting.rater))
    except PhotorankError as error:
        desk.problem = f"Nothing was undone: {error_text(error)}"


def _learned(sitting: Sitting, desk: Desk, place: DeltaGenerator) -> None:
    """Show what is known of the person by now, and let it be saved."""
    state = sitting.state()
    found = labelling.learned(sitting.index, state, desk.last)
    with place.container(key="learned"):
        words, curve = st.columns(2, gap="large")
        with words:
            st.markdown(found.headline)
            if found.outlook:
                st.caption(found.outlook)
            if found.last:
                photo_grid.photo_grid("last", found.last, 120)
        if found.reading:
            drawn = evaluation_charts.accuracy_by_choices(found.curve)
            common.show_chart(drawn, "curve", "accuracy by choices", curve)
            curve.caption(found.reading)
        if found.moved:
            st.markdown(
                "What your choices moved most: better than how much of the index, before → now"
            )
            photo_grid.photo_grid("moved", found.moved, 110)
        if state.n_choices or state.n_stars:
            _saver(sitting, vector_card.file_stem(sitting.rater), state.vector)


def _saver(sitting: Sitting, stem: str, vector: Callable[[str], MasterVector]) -> None:
    with st.form("save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        free = vector_card.free_name(stem, index_data.vectors(sitting.index))
        name = st.text_input("Keep this taste as a vector", free, width=260)
        if st.form_submit_button("Save vector"):
            with common.explained(st.error):
                actions.add(sitting.index, vector(name))
            st.success(f"Saved as `{name}`: it is on every page now.", icon=":material/check:")


@st.fragment
def star_sheet(sitting: Sitting, desk: Desk, page: int) -> None:
    """Show a page of photos, each with the stars that the person gave it."""
    _problem(desk)
    said = sitting.said()
    given = dict(zip(said.starred.tolist(), said.stars.astype(int).tolist(), strict=True))
    rows = range(len(sitting.index))[labelling.STAR_PAGE * (page - 1) :][: labelling.STAR_PAGE]
    with st.container(key="photos-stars"):
        grid = st.grid(4, min_column_width=220)
        for row in rows:
            with grid.cell():
                photo, stars = sitting.index.photo(row), given.get(row, 0)
                small, alt = sitting.index.thumbnail(photo), photo_tiles.alt_text(photo, parts=2)
                if small.exists():
                    st.image(str(small), width="stretch", alt=alt)
                else:
                    st.caption(":material/hide_image: its thumbnail is missing")
                # Undoing changes what a widget remembers: it becomes another one.
                key = f"stars-{sitting.rater}-{desk.undone}-{photo.digest}"
                st.feedback(
                    "stars",
                    key=key,
                    default=stars - 1 if stars else None,
                    on_change=_star,
                    args=[sitting, desk, row, key],
                )
    st.button("Undo", key="undo", shortcut="Z", on_click=_take_back, args=[sitting, desk])
    _learned(sitting, desk, st.container())


def _star(sitting: Sitting, desk: Desk, row: int, key: str) -> None:
    stars = session_state.value(key)
    try:
        actions.record_stars(sitting.index, sitting.rater, row, 0 if stars is None else stars + 1)
    except PhotorankError as error:
        desk.problem = f"This was not kept: {error_text(error)}"


@st.fragment
def company(sitting: Sitting, people: Sequence[str]) -> None:
    """Show how far several people agree, what all like, and what they are at odds about."""
    chosen = st.multiselect("People", people, default=people[: labelling.FEW], key="people")
    if len(chosen) < 2:
        st.info("Choose two people or more.", icon=":material/group:")
        return
    ground = vector_ratings.ground(sitting.index, sitting.vector, "")
    heard = agreement.voices(sitting.index, chosen, ground)
    found = labelling.company(
        sitting.index,
        chosen,
        agreement.agreements(heard),
        agreement.agreed_best(heard),
        agreement.contested(heard),
    )
    st.container(key="headline").markdown(found.headline)
    st.markdown("The best for all of them together")
    photo_grid.photo_grid("agreed", found.best, 150)
    st.markdown("What they rate most differently")
    photo_grid.photo_grid("contested", found.contested, 150)
    st.caption(
        "Below each photo is each person's rating, with its standard error: 0 is neither liked nor "
        "disliked, and how far ratings spread depends on how decided the choices were."
    )
    _agreements(found.agreements)

    def common_taste(name: str) -> MasterVector:
        return agreement.common_vector(name, sitting.index, heard, sitting.vector)

    _saver(sitting, "our-taste", common_taste)


def _agreements(rows: pd.DataFrame) -> None:
    """Show how far every two people agree as a table that sorts."""
    column = st.column_config
    figure = "%.0f %%"
    shares = ["value", "low", "high", "said"]
    rows = rows.assign(**{name: 100 * pd.to_numeric(rows[name]) for name in shares})
    if not rows["pairs"].any():
        rows = rows.drop(columns=["said", "pairs"])
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "people": column.TextColumn("People", pinned=True),
            "value": column.NumberColumn("Would choose alike", format=figure),
            "low": column.NumberColumn("95 % from", format=figure),
            "high": column.NumberColumn("to", format=figure),
            "said": column.NumberColumn("Chose alike", format=figure),
            "pairs": column.NumberColumn("Pairs both chose from", format="localized"),
        },
    )
