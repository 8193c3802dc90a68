"""What is read from disk and kept: an index, what people said, its vectors and evaluations."""

from pathlib import Path

import streamlit as st

from dashboard.cache.cache_keys import BY_JUDGEMENTS, changed, of_evaluations, of_rows, of_vectors
from photorank.evaluation.report import Evaluation, latest_evaluation
from photorank.index.judging.click_log import clickers as clickers_of
from photorank.index.opened import Index, IndexLabels
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors
from photorank.workspace import IndexPaths, Workspace


def workspace() -> Workspace:
    """Workspace that the dashboard shows."""
    return Workspace.current()


def index_names() -> list[str]:
    """Names of the indexes there are."""
    return workspace().index_names()


def index(name: str) -> Index:
    """Open an index, or return it as it was opened before if nothing was written since."""
    paths = workspace().existing_index(name)
    return _index(paths.root, changed(paths.manifest))


@st.cache_resource(max_entries=4, show_spinner="Opening the index …")
def _index(root: Path, changed: int) -> Index:
    return Index.open(IndexPaths(root))


@st.cache_resource(
    max_entries=4, show_spinner=False, hash_funcs={Index: of_rows("ratings", "memberships")}
)
def labels(index: Index, rater: str | None = None) -> IndexLabels:
    """Return what people, or one of them, said of an index's photos."""
    return index.labels(rater)


def clickers(index: Index) -> list[str]:
    """Who has labelled photos of an index, as it is on the disk now."""
    return clickers_of(index.paths)


@st.cache_data(max_entries=4, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def judged_pairs(index: Index) -> int:
    """Return how many pairs of photos people ordered.

    Raises NoLabelsError if there is none.
    """
    return index.comparisons().n_pairs


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Index: of_vectors})
def vectors(index: Index) -> dict[str, MasterVector]:
    """Vectors that may rate an index, its own ones first."""
    return list_vectors(index)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Index: of_evaluations})
def evaluation(index: Index) -> Evaluation | None:
    """Index's latest saved evaluation, or None if there is none."""
    return latest_evaluation(index.paths)
