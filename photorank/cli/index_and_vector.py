"""The index and the vector that a command works with, their code imported only then."""

from typing import TYPE_CHECKING

from photorank.cli.output import message
from photorank.errors import NoVectorsError

if TYPE_CHECKING:
    from photorank.index.opened import Index
    from photorank.vectors.master import MasterVector


def open_index(name: str | None) -> "Index":
    """Index of the current workspace; without a name the only one."""
    from photorank.index import opened

    return opened.open_index(name)


def open_vector(index: "Index", name: str | None, doing: str = "") -> "MasterVector":
    """Vector of an index; without a name the best of the latest evaluation, else the first.

    `doing`, such as ``rating``, is reported with the name of such a vector.
    """
    from photorank.vectors.store import load_vector

    if name is None:
        name, why = _default_vector(index)
        if doing:
            message(f"{doing} by {name}, {why}")
    return load_vector(index, name)


def _default_vector(index: "Index") -> tuple[str, str]:
    """Name of the vector to use when none is named, and why it is that one."""
    from photorank.evaluation.report import latest_evaluation
    from photorank.vectors.store import list_vectors

    known = list_vectors(index)
    if not known:
        raise NoVectorsError(index.name)
    if evaluation := latest_evaluation(index.paths):
        for row in evaluation.competing():
            if row.vector in known:
                return row.vector, "the best vector of the latest evaluation"
    return next(iter(known)), "the first of the index's vectors"
