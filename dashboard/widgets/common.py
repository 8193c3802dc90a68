"""Pieces of pages that are used more than once; each owns its widgets' keys."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import streamlit as st
from altair import LayerChart
from streamlit.delta_generator import DeltaGenerator

from dashboard import actions, session_state
from dashboard.cache import index_data, vector_ratings
from dashboard.charts import evaluation_charts
from dashboard.charts.detail_charts import chart
from dashboard.formatting import FROM_WORDS, count, error_text, family, plain
from dashboard.models import evaluation_tables, photo_tiles, vector_card
from dashboard.models.evaluation_details import LABELS, Panel
from dashboard.models.metric_texts import PNG_HELP
from dashboard.models.vector_card import VectorCard
from dashboard.widgets import photo_grid
from photorank.errors import NoVectorsError, PhotorankError
from photorank.index.opened import Index
from photorank.learning.protocol import Protocol
from photorank.vectors.master import MasterVector

Option = TypeVar("Option", bound=str)


@contextmanager
def explained(show: Callable[[str], object] = st.info) -> Iterator[None]:
    """Show an error the user can act on, in its own words, and end the page there."""
    try:
        yield
    except PhotorankError as error:
        show(error_text(error))
        st.stop()


def opened(title: str) -> Index:
    """Show a page's title, let the user choose among several indexes, and open one."""
    names = index_data.index_names()
    session_state.turn(title)
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(title, anchor=False, width="stretch")
        name = names[0]
        unknown = session_state.missed("index", names)
        if len(names) > 1:
            session_state.arrive("index", names)
            name = st.selectbox(
                "Index",
                names,
                key="index",
                bind="query-params",
                on_change=session_state.leave,
                args=["index"],
                width=220,
            )
            session_state.stay("index", name)
    _excuse("index", unknown, name)
    with explained():
        index = index_data.index(name)
        made_by = index.manifest
        st.caption(
            f"{count(len(index), 'photo')} in index `{name}` · encoder `{made_by.encoder}`, "
            f"framing `{index.fingerprint.framing}`"
        )
    return index


def choice(label: str, options: Mapping[Option, str], key: str) -> Option:
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


def vector_picker(
    index: Index,
    label: str = "Vector",
    about: str = "What to rate by. The page “Vectors” tells where each is from.",
) -> MasterVector:
    """Let the user choose a vector; the one that did best in the latest evaluation comes first."""
    with explained():
        known, evaluation = index_data.vectors(index), index_data.evaluation(index)
        if not known:
            raise NoVectorsError(index.name)
    words = {name: f"{name} ({family(vector.kind)})" for name, vector in known.items()}
    unknown = session_state.missed("vector", {*words, *words.values()})
    session_state.arrive("vector", known)
    name = st.selectbox(
        label,
        vector_card.preferred(known, evaluation),
        format_func=words.__getitem__,
        key="vector",
        bind="query-params",
        on_change=session_state.leave,
        args=["vector"],
        help=about,
        width=340,
    )
    session_state.stay("vector", name)
    _excuse("vector", unknown, name)
    return known[name]


def _excuse(what: str, unknown: str, instead: str) -> None:
    """Say what is shown instead of something that an address asks for and there is not."""
    if unknown:
        there_is_not = f"There is no {what} called {plain(unknown[:64])}"
        st.toast(f"{there_is_not}: this is {plain(instead)}.", icon=":material/link_off:")


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


def sample_builder(label: str) -> None:
    """Show the button that builds the sample, or what it lacks, and then the pages on it."""
    if st.button(label, type="primary", icon=":material/auto_awesome:"):
        with explained(st.error):
            actions.build_sample(progress_bar())
        st.rerun()


def first_evaluation(index: Index) -> None:
    """Offer to measure the vectors of an index that has no evaluation yet."""
    if index.name == evaluation_tables.SAMPLE:
        st.markdown("The sample is not complete: building it was interrupted.")
        sample_builder("Finish the sample")
        return
    if not index.is_judged:
        st.markdown("Nobody has judged these photos yet, so no vector can be tested on them.")
        if len(index) > 1:
            photo_grid.link(
                "label", "Say which of two you like better", {}, ":material/thumbs_up_down:"
            )
        st.caption("If you have ratings already, import their table:")
        st.code(f"photorank labels import RATINGS.csv --index {index.name}", language=None)
        return
    with explained():
        pairs = index_data.judged_pairs(index)
    st.container(key="headline").markdown(
        f"People ordered {count(pairs, 'pair')} of these photos. How well do vectors agree?"
    )
    measure = st.button("Measure now", type="primary")
    st.caption("It takes a minute or two. The same as a command:")
    st.code(f"photorank evaluate --index {index.name}", language=None)
    if measure:
        with explained(st.error):
            actions.evaluate(index, Protocol(), progress_bar())
        st.rerun()


def results_table(board: evaluation_tables.Board) -> None:
    """Show a board's rows as a table that sorts."""
    number, numbers = "%.3f", ["value", "low", "high"]
    rows, column = board.rows, st.column_config
    if board.metric.as_share:
        number, rows = "%.1f %%", rows.assign(**{name: 100 * rows[name] for name in numbers})
    st.dataframe(
        rows,
        hide_index=True,
        column_order=["vector", "value", "low", "high", "n_photos", "n_pairs", "family", "note"],
        column_config={
            "vector": column.TextColumn("Vector", pinned=True),
            "family": column.TextColumn("Made"),
            "value": column.NumberColumn(board.metric.label, format=number),
            "low": column.NumberColumn("95 % from", format=number),
            "high": column.NumberColumn("to", format=number),
            "n_photos": column.NumberColumn("Photos", format="localized"),
            "n_pairs": column.NumberColumn("Pairs", format="localized"),
            "note": column.TextColumn("Note", width="large"),
        },
    )


def show_chart(drawn: LayerChart, key: str, alt: str, place: DeltaGenerator | None = None) -> None:
    """Show a chart, with a name for those who do not see it."""
    (place or st.container()).altair_chart(
        evaluation_charts.as_one_picture(drawn), key=key, alt=alt
    )


def look_closer(looks: Mapping[str, Sequence[Panel]], stem: str, about: str) -> None:
    """Let the user choose a look, and show its charts, each with its words and its numbers."""
    if not looks:
        return
    st.header("Looking closer", anchor=False)
    if about:
        st.caption(about)
    panels = looks[choice("What to look at", {name: LABELS[name] for name in looks}, "look")]
    for place, panel in zip(st.columns(len(panels), gap="large"), panels, strict=True):
        show_chart(chart(panel), f"look-{panel.name}", panel.title, place)
        place.caption(panel.reading)
        file, key = f"{stem}-{panel.name}.csv", f"csv-{panel.name}"
        place.download_button("As CSV", panel.csv, file, "text/csv", key=key, help=PNG_HELP)


def vector_panel(index: Index, vector: MasterVector, card: VectorCard) -> None:
    """Show a vector: its photos, where it is from, all its facts, and a way to remove it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(card.name, anchor=False, width="content")
            st.badge(card.made, color="orange" if card.made == FROM_WORDS else "green")
            if not card.own:
                st.badge("built in", color="gray")
        st.markdown(f"{card.origin}  \n{card.held_out}")
        with explained():
            best = vector_ratings.extreme(index, vector, photo_grid.STRIP)
        photo_grid.photo_grid(f"card-{card.name}", photo_tiles.bare_tiles(index, best), 70)
        with st.container(horizontal=True):
            with st.popover("All facts"):
                st.table(card.facts.set_index("fact"))
            st.download_button(
                "Download",
                json.dumps(vector.to_json(), indent=1),
                f"{card.name}.json",
                "application/json",
                key=f"download-{card.name}",
                help="The direction and the card. In the folder `vectors` of another index of this "
                "encoder and framing it is a vector there.",
                on_click="ignore",
            )
            if card.own:
                _remover(index, card.name)


def _remover(index: Index, name: str) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        st.markdown(f"This deletes the vector `{name}` from the index. Photos and labels stay.")
        if st.button("Yes, remove it", key=f"remove-{name}"):
            with explained(st.error):
                actions.remove(index, name)
            st.rerun()


def progress_bar() -> Callable[[str, int, int], None]:
    """Show a progress bar and return what moves it: stage, done, to do."""
    bar = st.progress(0.0)

    def move(stage: str, done: int, total: int) -> None:
        text = f"{stage} …" if total <= 1 else f"{stage}: {done:,} of {total:,}"
        bar.progress(min(1.0, done / max(total, 1)), text=text)

    return move
