"""Speed of the dashboard's pages: their scripts run without a browser, first and again."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from photorank.bench.timing import side_by_side
from photorank.index.opened import Index
from photorank.typing import Json
from photorank.vectors.master import MasterVector
from photorank.workspace import Workspace

PAGES = {  # all but the one for an empty workspace
    "discerning": "Discerning power",
    "browse": "Browse",
    "search": "Search",
    "map": "Map",
    "album": "Album",
    "two_photos": "Two photos",
    "photo": "One photo",
    "label": "Label",
    "vectors": "Vectors",
}
_PATIENCE = 600  # seconds for one page


@dataclass(frozen=True)
class PageSpeed:
    """Seconds that a page's script takes."""

    page: str
    first: float  # with everything that it loads, as if no page had been seen before
    again: float  # median of the runs after it: what a click waits for


@dataclass(frozen=True)
class DashboardSpeed:
    """Every page's time, and that of the sum that a page without a memory does on each click."""

    index: str
    photos: int
    pages: tuple[PageSpeed, ...]
    plain: float  # seconds to rate and sort all embeddings, which are in memory, with NumPy

    def to_json(self) -> Json:
        """Plain JSON."""
        pages = [{**vars(page), "ratio": self.plain / page.again} for page in self.pages]
        return {**vars(self), "pages": pages}


def measure_dashboard(
    index: Index, vector: MasterVector, script: Path, *, rounds: int
) -> DashboardSpeed:
    """Run every page over an index of the current workspace.

    Parameters
    ----------
    index : Index
    vector : MasterVector
        What the reference rates by.
    script : Path
        The dashboard's.
    rounds : int
        How often each page is run again.
    """
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    pages: list[PageSpeed] = []
    with _quiet(), _alone(index):
        app = AppTest.from_file(script, default_timeout=_PATIENCE)
        for page, title in PAGES.items():
            st.cache_resource.clear()
            st.cache_data.clear()
            begun = time.perf_counter()
            if pages:
                app.switch_page(f"views/{page}.py")
            app.run()
            first = time.perf_counter() - begun
            if app.exception:  # a page that breaks off is quick
                raise RuntimeError(f"{title}: {app.exception[0].message}")
            pages.append(PageSpeed(title, first, side_by_side({"": app.run}, rounds)[""]))
    X, v = index.embeddings(), vector.direction.astype(np.float32)
    plain = side_by_side({"": lambda: np.argsort(-(X @ v))}, rounds)[""]
    return DashboardSpeed(index.name, len(index), tuple(pages), plain)


@contextmanager
def _alone(index: Index) -> Iterator[None]:
    """Make a workspace current that has this index alone, for pages show the first one."""
    before = os.environ.get("PHOTORANK_HOME")
    with TemporaryDirectory() as folder:
        home = Workspace(Path(folder))
        home.datasets.mkdir()
        alone = home.index(index.name).root
        alone.parent.mkdir()
        alone.symlink_to(index.paths.root.absolute(), target_is_directory=True)
        os.environ["PHOTORANK_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["PHOTORANK_HOME"]
            else:
                os.environ["PHOTORANK_HOME"] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Streamlit from warning that there is no browser."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
