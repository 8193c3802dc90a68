"""Warm-up that loads what Home needs when the server starts, then what other pages need."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from threading import Thread, Timer

import streamlit as st

from photorank.errors import PhotorankError

WITHOUT_PAGE = "warm-up"  # beginning of the names of threads that no page runs
_SAYS_NO_PAGE = "streamlit.runtime.scriptrunner_utils.script_run_context"  # name of the logger
_PATIENCE_SECONDS = 2.0  # for data of a large index; what is left is read while the server listens
_LATER_SECONDS = 4.0  # after which the first page is there, and the processor has nothing to do
# What pages draw with, which takes up to a second to load.
_LATER = (
    *("compare_panels", "explanation_panels", "teach.choices", "album.new_album"),
    *("album.kept_album", "results.power_panels", "results.evaluation_panels", "map_panel"),
)


@asynccontextmanager
async def warmed_up(_: st.App) -> AsyncIterator[None]:
    """ASGI lifespan context that starts loading the data of the page Home before any visit."""
    for module in ("dashboard.widgets.home_cards", "dashboard.widgets.page_head"):
        import_module(module)  # a second, and caches want a server
    logger = logging.getLogger(_SAYS_NO_PAGE)  # where a spinner would be, which nobody sees
    logger.addFilter(lambda record: not (record.threadName or "").startswith(WITHOUT_PAGE))
    warming = Thread(target=_warm_up, name=WITHOUT_PAGE, daemon=True)
    warming.start()
    await asyncio.to_thread(warming.join, _PATIENCE_SECONDS)
    later = Timer(_LATER_SECONDS, _load_other_pages)
    later.name = f"{WITHOUT_PAGE} of other pages"
    later.daemon = True
    later.start()
    yield
    later.cancel()


def _load_other_pages() -> None:
    """Load modules and data of other pages than Home, so that the first visit of each is quick."""
    for module in _LATER:
        import_module(f"dashboard.widgets.{module}")
    from dashboard.cache import index_data
    from dashboard.widgets.album import new_album, wish_form
    from dashboard.widgets.teach import person

    with suppress(PhotorankError):  # the page says what is wrong with the index
        for index in map(index_data.index, index_data.index_names()[:1]):
            index_data.facets(index)  # of the page Photos
            person.first_session(index).taste()
            if vector := index_data.usual_vector(index):
                new_album.choosing(index, wish_form.first_wish(vector), "plain").album()


def _warm_up() -> None:
    st.segmented_control("Warm-up", ["’"])  # Streamlit looks for emojis: 0.2 s when first
    _read_first_index()


def _read_first_index() -> None:
    from dashboard.cache import index_data
    from dashboard.widgets import home_cards

    with suppress(PhotorankError):  # the page says what is wrong with the index
        for index in map(index_data.index, index_data.index_names()[:1]):
            if vector := index_data.usual_vector(index):
                home_cards.best_photos(index, vector).hold()
