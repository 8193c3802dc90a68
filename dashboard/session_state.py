"""Values shared by the pages, stored in Streamlit's session state or in the URL."""

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.models.photo_map import BRUSH, box_of_selection, box_text
from dashboard.models.results.metric_texts import SCOPES
from dashboard.models.words import MODES, Mode, say
from photorank.index.opened import Index
from photorank.vectors.store import ME

if TYPE_CHECKING:  # what it rests on takes a second, and other pages do not need it
    from dashboard.models.teach_session import PairQueue

DIGITS_IN_LINK = 12  # of a digest, that tell a photo from all others of an index
PAIR = ("first", "second")  # places of two photos to compare, and their names in URLs
# Parameters that a link takes along, by the widget's key. The widget's own parameter belongs to
# the page that it is on, and Streamlit drops it on the way to another.
TAKEN_ALONG = {"index": "in", "vector": "along"}
TYPED = "words-like"  # key of the field of words to judge by
WORDS_COOKIE = "photorank-words"  # by which a browser keeps how the pages speak to a person


def photo_token(digest: str) -> str:
    """Short name of a photo in URLs: the first 12 digits of its digest."""
    return digest[:DIGITS_IN_LINK]


def link_query(query: Mapping[str, str]) -> dict[str, str]:
    """URL parameters of a link to another page, with the current index and rating vector.

    They include those in `query`.
    """
    state = st.session_state
    along = {name: state[key] for key, name in TAKEN_ALONG.items() if state.get(key)}
    return along | dict(query)


def note_page(page: str, *, lab: bool = False) -> None:
    """Record which page is shown, and whether the user has just switched to it."""
    state = st.session_state
    state["turned"], state["page"], state["lab"] = state.get("page") != page, page, lab


def chosen_vocabulary() -> Mode:
    """Vocabulary (plain or statistical) that the user chose in this or an earlier session."""
    kept = st.session_state.get("spoken", st.context.cookies.get(WORDS_COOKIE))
    return next((mode for mode in MODES if mode == kept), "plain")


def record_vocabulary() -> None:
    """Record the vocabulary (plain or statistical) that the user chose for all pages."""
    st.session_state["spoken"] = st.session_state["words"]


def vocabulary_was_chosen() -> bool:
    """True if the user chose a vocabulary, plain or statistical, in this session.

    The browser then has to store the choice.
    """
    return "spoken" in st.session_state


def vocabulary() -> Mode:
    """Vocabulary of the current page, plain or statistical; always statistical in section Lab."""
    return "statistics" if st.session_state.get("lab") else chosen_vocabulary()


def wording(term: str) -> str:
    """Text that the current page shows for a term, in plain or statistical wording."""
    return say(term, vocabulary())


def set_from_link(key: str, options: Mapping[str, str]) -> None:
    """Set a widget to the value given in the URL, if valid; call before showing the widget.

    `options` has the value by each way to write it. The address keeps saying it, for it may be
    shared, until the user chooses (:func:`forget_link`). Where nothing was taken along, it is as it
    was on the page before, or before it was hidden.
    """
    state, brought = st.session_state, st.query_params.get(TAKEN_ALONG[key])
    if state["turned"] and st.query_params.get(key) in options:  # written by hand, or shared
        brought = st.query_params[key]
    if brought is None and key not in st.query_params and (state["turned"] or key not in state):
        brought = state.get(TAKEN_ALONG[key])
    if brought is not None and brought in options:
        state[key] = options[brought]


def unknown_in_address(key: str, options: Collection[str]) -> str:
    """Value in the URL for a widget, if it is not a valid option; otherwise an empty string."""
    wanted = (st.query_params.get(name, "") for name in (key, TAKEN_ALONG[key]))
    return next((str(one) for one in wanted if one and one not in options), "")


def keep_for_next_page(key: str, value: str) -> None:
    """Store a widget's value for the next page."""
    st.session_state[TAKEN_ALONG[key]] = value


def forget_for_next_page(key: str) -> None:
    """Delete the value that :func:`keep_for_next_page` stored for a widget, if any."""
    st.session_state.pop(TAKEN_ALONG[key], None)


def kept_for_next_page(key: str) -> str | None:
    """Value that :func:`keep_for_next_page` stored for a widget; None if there is none."""
    value: str | None = st.session_state.get(TAKEN_ALONG[key])
    return value


def forget_link(key: str) -> None:
    """Remove a widget's value from the URL, after the user chose another value."""
    st.query_params.pop(TAKEN_ALONG[key], None)


def choose_linked(key: str, value: str) -> None:
    """Set a widget's value, and remove the widget's previous value from the URL."""
    forget_link(key)
    st.session_state[key] = value


def typed_prompt() -> str:
    """Text prompt that the user typed on the page Compare; empty if there is none."""
    return str(st.session_state.get(TYPED, "")).strip()


def forget_words() -> None:
    """Remove the text prompt that the user typed on the page Compare."""
    st.session_state[TYPED] = ""


def photo_in_address(name: str) -> str:
    """Digest prefix of a photo, from a URL parameter; empty if the parameter is missing."""
    return str(st.query_params.get(name, ""))


def put_photo_in_address(name: str, digest: str | None) -> None:
    """Set a URL parameter to a photo's digest prefix; remove the parameter if there is no photo."""
    put_in_address(name, "" if digest is None else photo_token(digest))


def set_photo_chooser(*, wanted: bool = True) -> None:
    """Show or hide the photo chooser of the page Compare."""
    st.session_state["picking"] = wanted


def shows_photo_chooser() -> bool:
    """True if the page Compare shows its photo chooser."""
    return bool(st.session_state.get("picking"))


def swap_photos() -> None:
    """Swap the two photos of the page Compare."""
    st.session_state["swapped"] = not is_swapped()


def is_swapped() -> bool:
    """True if the page Compare shows its two photos in reverse order, left and right exchanged."""
    return bool(st.session_state.get("swapped"))


def choose_two_at_random(index: Index) -> None:
    """Put two random photos of the index into the URL, for the page Compare to show."""
    set_photo_chooser(wanted=False)
    rows = np.random.default_rng().choice(len(index), 2, replace=False).tolist()
    for name, row in zip(PAIR, rows, strict=True):
        put_photo_in_address(name, index.photo(row).digest)


def rater() -> str:
    """Name of the person whose flags and stars a page shows, from the URL; by default "me"."""
    return str(st.query_params.get("rater", "")).strip() or ME


def record_judgement_counts(taste: str, *numbers: int) -> bool:
    """Record how many choices and stars a vector learned from; return True if a number changed."""
    noted: dict[str, tuple[int, ...]] = st.session_state.setdefault("learned-from", {})
    before, noted[taste] = noted.get(taste), numbers
    return before is not None and before != numbers


def set_text(key: str, text: str) -> None:
    """Set the text of a text field, given the field's widget key."""
    st.session_state[key] = text


def pair_queue(*place: str) -> "PairQueue":
    """Queue of the photo pairs that a person judges next, stored in the session.

    There is one queue for each index, person, prior rating vector and pair kind.
    """
    from dashboard.models.teach_session import PairQueue

    queues: dict[tuple[str, ...], PairQueue] = st.session_state.setdefault("pairs", {})
    return queues.setdefault(place, PairQueue())


def map_area() -> str:
    """Selected map area, as text for the URL."""
    return str(st.session_state.get("area", st.query_params.get("area", "")))


def draw_area_anew() -> None:
    """Redraw the map, with a selection box around the selected area."""
    st.session_state["area-drawn"] = map_area()


def drawn_area() -> str:
    """Area of the selection box drawn in the chart of the embedding map, encoded as text."""
    if st.session_state["turned"] or "area-drawn" not in st.session_state:
        draw_area_anew()
    return str(st.session_state["area-drawn"])


def select_area(chart: str) -> None:
    """Store in the session the area that the user selected in a map chart."""
    selection = st.session_state[chart].selection.get(BRUSH, {})
    st.session_state["area"] = box_text(box_of_selection(selection))


def leave_note(key: str, note: str) -> None:
    """Store a message that the next run of the page shows."""
    st.session_state[f"note-{key}"] = note


def take_note(key: str) -> str | None:
    """Remove and return the message that a previous run of the page stored, or None."""
    note: str | None = st.session_state.pop(f"note-{key}", None)
    return note


def set_widget(key: str, value: str) -> None:
    """Set a widget's value; call this before the widget is shown."""
    st.session_state[key] = value


def begin_widget(key: str, value: float | str) -> None:
    """Set a widget's initial value, unless it already has a value or the URL gives one."""
    if key not in st.session_state and key not in st.query_params:
        st.session_state[key] = value


def keep_number(key: str, value: float) -> None:
    """Store a slider's setting as a number, even if the slider shows words instead of numbers.

    Pages in plain vocabulary show the one slider, pages in statistical vocabulary the other.
    """
    st.session_state[f"{key}-number"] = value


def number_kept(key: str) -> float | None:
    """Number that a slider was set to, from the session or the URL; None if there is none.

    None if there is no finite number.
    """
    kept = st.session_state.get(f"{key}-number", st.query_params.get(key))
    try:
        number = float(kept)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None


def times_cleared() -> int:
    """Number of times that all filters of the page Photos were cleared."""
    said = str(st.query_params.get("cleared", ""))
    in_url = int(said) if said.isdecimal() and len(said) < 4 else 0
    return max(int(st.session_state.get("cleared", 0)), in_url)


def count_clearing() -> None:
    """Add one to the count of how often all filters of the page Photos were cleared."""
    st.session_state["cleared"] = times_cleared() + 1


def put_times_cleared_in_address(*, wanted: bool) -> None:
    """Set the URL parameter that counts how often filters were cleared; if not `wanted`, remove it.

    The names of filters in the URL contain that number.
    """
    put_in_address("cleared", str(times_cleared() or "") if wanted else "")


def component_act(key: str) -> object:
    """Data sent by a button of a JavaScript component; None if no button was pressed.

    For use in the component's callback.
    """
    return (st.session_state.get(key) or {}).get("act")


def put_in_address(name: str, value: str) -> None:
    """Set a URL query parameter; an empty value removes the parameter."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def chosen_row(key: str, names: Sequence[str], first: str | None) -> str | None:
    """Name of the rating vector last selected in a forest plot; `first` if none was selected."""
    rows: dict[str, str] = st.session_state.setdefault("rows", {})
    pressed = (st.session_state.get(key) or {}).get("chosen")
    if isinstance(pressed, str) and pressed in names:
        rows[key] = pressed
    chosen = rows.get(key)
    return chosen if chosen in names else first


def asks_for_statistics() -> bool:
    """True if the URL asks for content that is shown only on pages with statistical wording."""
    asked = st.query_params
    own_words = {name for name, _ in SCOPES.values()}
    return (
        bool({"metric", "look", "content", "kinds"} & set(asked)) or asked.get("scope") in own_words
    )


def speak_as_statistician() -> None:
    """Switch all pages to the statistical vocabulary."""
    st.session_state["spoken"] = st.session_state["words"] = "statistics"
