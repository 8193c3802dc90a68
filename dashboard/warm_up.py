"""Warm-up of the server: modules and data of the first page, loaded in advance."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st

_NAME = "warm-up"  # of its thread
_SAYS_NO_PAGE = "streamlit.runtime.scriptrunner_utils.script_run_context"  # name of the logger


@asynccontextmanager
async def warmed_up(_: st.App) -> AsyncIterator[None]:
    """Lifespan of the server, with a warm-up in the background."""
    logger = logging.getLogger(_SAYS_NO_PAGE)  # where a spinner would be, which nobody sees
    logger.addFilter(lambda record: record.threadName != _NAME)
    Thread(target=_warm_up, name=_NAME, daemon=True).start()
    yield


def _warm_up() -> None:
    # The imports take a second, and caches need the server that runs only now.
    from dashboard.cache import index_data, photo_looks, photo_stacks, vector_ratings
    from dashboard.widgets import home_cards  # noqa: F401 - and what the other pages import
    from photorank.errors import PhotorankError
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
