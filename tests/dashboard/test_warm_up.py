import asyncio
import subprocess
import sys
import threading

import pytest
import streamlit as st

from dashboard import warm_up
from dashboard.cache import index_data, vector_ratings
from dashboard.warm_up import warmed_up
from photorank.evaluation.default_vector import by_preference
from photorank.index.opened import Index
from photorank.vectors.taste.photo_subset import PhotoSubset


@pytest.mark.slow
def test_the_first_page_finds_its_ratings_there(home, monkeypatch, caplog):
    """The server rates the first index's photos by the preferred vector before any request."""

    async def begin():
        async with warmed_up(st.App("pages.py"), patience_seconds=600.0):
            assert "warm-up" not in {one.name for one in threading.enumerate()}

    asyncio.run(begin())
    monkeypatch.setattr(Index, "rate", None)
    index = index_data.index("small")
    known = index_data.vectors(index)
    preferred = known[by_preference(known, None)[0]]
    assert len(vector_ratings.ratings(index, preferred)) == len(index)
    assert "ScriptRunContext" not in caplog.text
    assert "streamlit.emojis" in sys.modules


@pytest.mark.slow
def test_other_pages_find_their_modules_loaded(home):
    """Before the server starts, modules for pages other than the home page are imported."""
    code = """
import asyncio, sys
import streamlit as st
from dashboard import warm_up
async def begin():
    async with warm_up.warmed_up(st.App("pages.py"), patience_seconds=600.0):
        assert {"altair", "dashboard.widgets.map_panel"} <= set(sys.modules)
asyncio.run(begin())
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


@pytest.mark.slow
def test_other_pages_find_their_data_there(home, dashboard, monkeypatch):
    """After warm-up, pages open without computing photo properties, ratings or albums anew."""
    warm_up._warm_up()
    monkeypatch.setattr(Index, "facets", None)
    for read in ("of_rows", "of_rater"):
        monkeypatch.setattr(PhotoSubset, read, None)
    monkeypatch.setattr(vector_ratings, "make_album", None)
    for page in ("photos", "teach", "album"):
        assert not dashboard(page).error, page


@pytest.mark.slow
def test_an_index_that_cannot_be_read_is_left_to_its_page(home, monkeypatch, caplog):
    """The server's warm-up skips an unreadable index and logs nothing about it."""
    (home / "index" / "small" / "manifest.json").write_text("{")
    loaded = []
    monkeypatch.setattr(warm_up, "import_module", loaded.append)
    warm_up._warm_up()
    assert "dashboard.widgets.map_panel" in loaded  # for the pages of other indexes
    assert "manifest.json" not in caplog.text
