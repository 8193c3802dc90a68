"""Warm-up of the server: modules and data of the first page are read before anybody asks."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import streamlit as st

from photorank.errors import PhotorankError

_NAME = "warm-up"  # of its thread
_SAYS_NO_PAGE = "streamlit.runtime.scriptrunner_utils.script_run_context"  # name of the logger


@asynccontextmanager
async def warmed_up(_: st.App) -> AsyncIterator[None]:
    """Lifespan of the server: what Home imports is there before it listens, its data soon after."""
    import_module("dashboard.widgets.home_cards")  # a second, and caches want a server
    logger = logging.getLogger(_SAYS_NO_PAGE)  # where a spinner would be, which nobody sees
    logger.addFilter(lambda record: record.threadName != _NAME)
    Thread(target=_read_first_index, name=_NAME, daemon=True).start()
    yield


def _read_first_index() -> None:
    from dashboard.cache import index_data, photo_looks, photo_stacks, vector_ratings
    from photorank.evaluation.default_vector import by_preference

    try:
        for name in index_data.index_names()[:1]:
            index = index_data.index(name)
            photo_stacks.stack_codes(index)
            photo_looks.looks(index)
            known = index_data.vectors(index)
            for vector in by_preference(known, index_data.evaluation(index))[:1]:
                vector_ratings.percentiles(index, known[vector])
    except PhotorankError:
        return  # the page says what is wrong with the index
