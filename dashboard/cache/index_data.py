"""What is read from disk and kept: an index, what people said, its vectors and evaluations."""

from pathlib import Path

import streamlit as st

from dashboard.cache import cache_keys
from photorank.evaluation.report import Evaluation, evaluation_paths, read_evaluation
from photorank.index.judging.click_log import clickers as clickers_of
from photorank.index.opened import Index, IndexLabels
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors
from photorank.workspace import IndexPaths, Workspace


def workspace() -> Workspace:
    """Return the workspace that the dashboard shows."""
    return Workspace.current()


def index_names() -> list[str]:
    """Return the names of the indexes there are."""
    return workspace().index_names()


def index(name: str) -> Index:
    """Open an index, or return it as it was opened before if nothing was written since."""
    paths = workspace().existing_index(name)
    return _index(paths.root, cache_keys.changed(paths.manifest))


@st.cache_resource(max_entries=4, show_spinner="Opening the index …")
def _index(root: Path, changed: int) -> Index:
    return Index.open(IndexPaths(root))


def labels(index: Index, rater: str | None = None) -> IndexLabels:
    """Return what people, or one of them, said of an index's photos."""
    said = cache_keys.rows(index, "ratings", "memberships")
    return _labels(index.paths.root, said, rater, index)


@st.cache_resource(max_entries=4, show_spinner=False)
def _labels(root: Path, said: tuple[int, ...], rater: str | None, _index: Index) -> IndexLabels:
    return _index.labels(rater)


def clickers(index: Index) -> list[str]:
    """Return who has labelled photos of an index, as it is on the disk now."""
    return clickers_of(index.paths)


def judged_pairs(index: Index) -> int:
    """Return how many pairs of photos people ordered.

    Raises
    ------
    NoLabelsError
        If there is none.
    """
    return _judged_pairs(index.paths.root, cache_keys.judged(index), index)


@st.cache_data(max_entries=4, show_spinner=False)
def _judged_pairs(root: Path, judged: tuple[int, ...], _index: Index) -> int:
    return _index.comparisons().n_pairs


def vectors(index: Index) -> dict[str, MasterVector]:
    """Return the vectors that may rate an index, its own ones first."""
    cards = tuple(
        (path.name, cache_keys.changed(path)) for path in sorted(index.paths.vectors.glob("*.json"))
    )
    return _vectors(index.paths.root, cards, index)


@st.cache_resource(max_entries=8, show_spinner=False)
def _vectors(
    root: Path, cards: tuple[tuple[str, int], ...], _index: Index
) -> dict[str, MasterVector]:
    return list_vectors(_index)


def evaluation(index: Index) -> Evaluation | None:
    """Return an index's latest saved evaluation, or None if there is none."""
    saved = evaluation_paths(index.paths)
    return _evaluation(saved[-1], cache_keys.changed(saved[-1])) if saved else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _evaluation(path: Path, changed: int) -> Evaluation:
    return read_evaluation(path)
