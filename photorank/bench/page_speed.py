"""Speed of the dashboard's pages, run without a browser."""

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

_TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class PageSpeed:
    """Run times in seconds of one dashboard page: first run, and median of later runs."""

    page: str
    first: float  # with everything that it loads, as if no page had been seen before
    again: float  # median of the runs after it: what a click waits for


@dataclass(frozen=True)
class DashboardSpeed:
    """Run times of all dashboard pages, and of rating and sorting all photos in NumPy."""

    index: str
    photos: int
    pages: tuple[PageSpeed, ...]
    plain: float  # seconds to rate and sort all embeddings, which are in memory, with NumPy

    def to_json(self) -> Json:
        """The run times as a JSON object."""
        pages = [{**vars(page), "ratio": self.plain / page.again} for page in self.pages]
        return {**vars(self), "pages": pages}


def measure_dashboard(
    index: Index, vector: MasterVector, script: Path, *, rounds: int, views: str = "*"
) -> DashboardSpeed:
    """Measure the run times of dashboard pages, and of rating all photos in NumPy.

    `views` is a pattern of the pages' file names without suffix; all pages by default.
    """
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    pages: list[PageSpeed] = []
    with _only_index(index):
        app = AppTest.from_file(script, default_timeout=_TIMEOUT_SECONDS)
        for view in sorted(script.parent.glob(f"views/{views}.py")):
            st.cache_resource.clear()
            st.cache_data.clear()
            begun = time.perf_counter()
            app.switch_page(f"views/{view.name}").run()
            first = time.perf_counter() - begun
            if app.exception:  # a page that breaks off is quick
                raise RuntimeError(f"{view.name}: {app.exception[0].message}")
            again = side_by_side({"": app.run}, rounds)[""]
            pages.append(PageSpeed(app.title[0].value, first, again))
    X, v = index.embeddings(), vector.direction.astype(np.float32)
    plain = side_by_side({"": lambda: np.argsort(-(X @ v))}, rounds)[""]
    return DashboardSpeed(index.name, len(index), tuple(pages), plain)


@contextmanager
def _only_index(index: Index) -> Iterator[None]:
    """Context in which the workspace is a temporary folder with only the given index."""
    before = os.environ.get("PHOTORANK_HOME")
    with TemporaryDirectory() as folder:
        home = Workspace(Path(folder))
        home.datasets.mkdir()
        alone = home.index(index.name).root
        alone.parent.mkdir()
        alone.symlink_to(index.paths.root.absolute(), target_is_directory=True)
        os.environ["PHOTORANK_HOME"] = folder
        logging.disable(logging.WARNING)  # Streamlit's, that there is no browser
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
            del os.environ["PHOTORANK_HOME"]
            if before is not None:
                os.environ["PHOTORANK_HOME"] = before
