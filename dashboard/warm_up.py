"""Warm-up at server start: loads modules and data of the pages, starting with page Home."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

import streamlit as st
from PIL import Image

from photorank.errors import PhotorankError

if TYPE_CHECKING:  # pages load it, after the server has begun
    from photorank.index.opened import Index

WITHOUT_PAGE = "warm-up"  # beginning of the names of threads that no page runs
_SAYS_NO_PAGE = "streamlit.runtime.scriptrunner_utils.script_run_context"  # name of the logger
_PATIENCE_SECONDS = 2.0  # for data of a large index; what is left is read while the server listens
# What other pages than Home draw with, which takes up to a second to load.
_OTHER_PAGES = (
    *("compare_panels", "explanation_panels", "teach.choices", "album.new_album"),
    *("album.kept_album", "results.power_panels", "results.evaluation_panels", "map_panel"),
)


@asynccontextmanager
async def warmed_up(_: st.App, patience_seconds: float = _PATIENCE_SECONDS) -> AsyncIterator[None]:
    """ASGI lifespan context that loads modules and data of pages before any visit."""
    for module in ("dashboard.widgets.home_cards", "dashboard.widgets.page_head"):
        import_module(module)  # a second, and caches want a server
    logger = logging.getLogger(_SAYS_NO_PAGE)  # where a spinner would be, which nobody sees
    logger.addFilter(lambda record: not (record.threadName or "").startswith(WITHOUT_PAGE))
    warming = Thread(target=_warm_up, name=WITHOUT_PAGE, daemon=True)
    warming.start()
    await asyncio.to_thread(warming.join, patience_seconds)
    yield


def _warm_up() -> None:
    st.segmented_control("Warm-up", ["’"])  # Streamlit looks for emojis: 0.2 s when first
    _read_first_index(_read_for_home)
    for module in _OTHER_PAGES:
        import_module(f"dashboard.widgets.{module}")
    Image.init()  # Streamlit needs all its formats to show a thumbnail: 0.1 s when first
    for read in (_read_for_photos, _read_for_teach, _read_for_album):
        _read_first_index(read)


def _read_first_index(read: Callable[["Index"], object]) -> None:
    """Call the function `read` on the first photo index, if there is one, and ignore errors."""
    from dashboard.cache import index_data

    with suppress(PhotorankError, OSError, MemoryError):  # the page says what is wrong
        for name in index_data.index_names()[:1]:
            read(index_data.index(name))


def _read_for_home(index: "Index") -> None:
    from dashboard.cache import index_data
    from dashboard.widgets import home_cards

    index_data.is_judged(index)
    if vector := index_data.default_rating_vector(index):
        home_cards.best_photos(index, vector).hold()


def _read_for_photos(index: "Index") -> None:
    from dashboard.cache import index_data

    index_data.facets(index)
    index_data.labels(index)


def _read_for_teach(index: "Index") -> None:
    from dashboard.widgets.teach import person

    person.default_session(index).taste()


def _read_for_album(index: "Index") -> None:
    from dashboard.cache import index_data
    from dashboard.widgets.album import new_album, wish_form

    if vector := index_data.default_rating_vector(index):
        new_album.choosing(index, wish_form.default_wish(vector), "plain").album()
