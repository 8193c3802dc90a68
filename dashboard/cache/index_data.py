"""Cached data of photo indexes: labels, faces, rating vectors and evaluations."""

from pathlib import Path

import streamlit as st

from dashboard.cache.cache_keys import (
    BY_JUDGEMENTS,
    modification_time,
    of_evaluations,
    of_photos,
    of_tables,
    of_vectors,
)
from photorank.errors import BrokenEvaluationError
from photorank.evaluation.default_vector import by_preference
from photorank.evaluation.saved_evaluation import Evaluation, latest_evaluation
from photorank.index.judging.click_log import clickers as clickers_of
from photorank.index.judging.marks import Marked, marks_of
from photorank.index.opened import Index, IndexFaces, IndexLabels
from photorank.index.reading.facets import Facets
from photorank.photos.find_photos import SkippedFile
from photorank.vectors.master import MasterVector
from photorank.vectors.store import list_vectors
from photorank.workspace import IndexPaths, Workspace


def workspace() -> Workspace:
    """Workspace (folder of photo indexes and albums) that the dashboard shows."""
    return Workspace.current()


def index_names() -> list[str]:
    """Names of all photo indexes in the workspace."""
    return workspace().index_names()


def index(name: str) -> Index:
    """Photo index of the given name, opened once and reopened when its files have changed."""
    paths = workspace().existing_index(name)
    return _index(paths.root, modification_time(paths.manifest))


@st.cache_resource(max_entries=4, show_spinner=False)
def _index(root: Path, changed: int) -> Index:
    return Index.open(IndexPaths(root))


@st.cache_resource(
    max_entries=4, show_spinner=False, hash_funcs={Index: of_tables("ratings", "memberships")}
)
def labels(index: Index, rater: str | None = None) -> IndexLabels:
    """Labels (scores, groups, series) of an index's photos, by all people or by one person."""
    return index.labels(rater)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def is_judged(index: Index) -> bool:
    """True if an index has judgements that an evaluation can use."""
    return index.is_judged


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    hash_funcs={Index: of_tables("photos", "files", "photo_faces")},
)
def faces(index: Index) -> IndexFaces:
    """Faces detected in an index's photos."""
    return index.faces()


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs={Index: of_photos})
def facets(index: Index) -> Facets:
    """Capture day, camera and folder of each photo of an index."""
    return index.facets()


def marks(index: Index, rater: str) -> dict[str, Marked]:
    """Flags (keep or leave out) and stars that a person gave to photos, keyed by photo digest."""
    return marks_of(index.paths, rater)


@st.cache_data(max_entries=4, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def unused_files(index: Index) -> list[SkippedFile]:
    """Files of the indexed folders that are unusable or not photos, with the reasons."""
    return [*index.skipped(), *index.passed_over()]


def clickers(index: Index) -> list[str]:
    """Names of the people who judged photos by clicking, read from disk at each call."""
    return clickers_of(index.paths)


@st.cache_data(max_entries=4, show_spinner=False, hash_funcs=BY_JUDGEMENTS)
def n_judged_pairs(index: Index) -> int:
    """Number of photo pairs in which people preferred one photo to the other.

    Raises NoLabelsError if there is none.
    """
    return index.comparisons().n_pairs


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Index: of_vectors})
def vectors(index: Index) -> dict[str, MasterVector]:
    """Rating vectors that an index can use, keyed by name; those saved in the index come first."""
    return list_vectors(index)


def evaluation(index: Index) -> Evaluation | None:
    """Latest saved evaluation of an index's rating vectors; None if it is missing or unreadable."""
    found = _latest_evaluation(index)
    return None if isinstance(found, BrokenEvaluationError) else found


def default_rating_vector(index: Index) -> MasterVector | None:
    """Rating vector that pages use by default; None if the index has no rating vectors."""
    known = vectors(index)
    return known[by_preference(known, evaluation(index))[0]] if known else None


def broken_evaluation(index: Index) -> BrokenEvaluationError | None:
    """Error that says why an index's latest evaluation cannot be read; None if it can be read."""
    found = _latest_evaluation(index)
    return found if isinstance(found, BrokenEvaluationError) else None


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Index: of_evaluations})
def _latest_evaluation(index: Index) -> Evaluation | BrokenEvaluationError | None:
    try:
        return latest_evaluation(index.paths)
    except BrokenEvaluationError as error:
        return error  # pages go on without it, and the page Discerning power tells it
