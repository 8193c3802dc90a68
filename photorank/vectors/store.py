"""Vectors of an index: its own, and the built-in ones of its encoder."""

from pathlib import Path

from photorank.errors import (
    BuiltInVectorError,
    MissingVectorError,
    NoSuchOwnVectorError,
    PhotorankError,
    ReservedNameError,
    StorageError,
    VectorNameTakenError,
)
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector
from photorank.vectors.shipped import BUILTIN, WITHIN_SCENES, shipped_for
from photorank.workspace import checked_name, sync_folder

# The row of an evaluation's table that shows what chance looks like.
RANDOM_NAME = "random-direction"
ME = "me"  # the rater until somebody gives a name


def builtin_vectors(index: Index) -> dict[str, MasterVector]:
    """Built-in vectors that fit this index, by name, without damaged ones."""
    found = shipped_for(index.fingerprint)
    offered = {name: one for name, one in found.items() if name in BUILTIN}
    return {name: one for name, one in offered.items() if isinstance(one, MasterVector)}


def list_vectors(index: Index) -> dict[str, MasterVector]:
    """Vectors that fit this index, by name: its own, then the built-in ones.

    Cards that cannot be used are left out; :func:`unusable_cards` tells of them.
    """
    return _own_cards(index)[0] | builtin_vectors(index)


def unusable_cards(index: Index) -> list[PhotorankError]:
    """Errors for the index's vectors that cannot be used: damaged, or for another encoder."""
    builtin = shipped_for(index.fingerprint).values()
    return _own_cards(index)[1] + [one for one in builtin if isinstance(one, PhotorankError)]


def _own_cards(index: Index) -> tuple[dict[str, MasterVector], list[PhotorankError]]:
    """Usable vectors stored in this index, by name, and errors for the unusable files."""
    usable: dict[str, MasterVector] = {}
    errors: list[PhotorankError] = []
    for path in sorted(index.paths.vectors.glob("*.json")):
        try:
            vector = MasterVector.load(path).renamed(checked_name("a vector", path.stem))
            vector = vector.fitted(index.fingerprint)
        except PhotorankError as error:
            errors.append(error)
        else:
            usable[vector.name] = vector
    return usable, errors


def load_vector(index: Index, name: str) -> MasterVector:
    """Vector of an index by name, its own or a built-in one.

    Raises MissingVectorError if there is none of that name; EncoderMismatchError if it belongs
    to another encoder or framing; DamagedVectorError if it is built in and not as it was shipped.
    """
    builtin = shipped_for(index.fingerprint).get(name)
    path = index.paths.vector(name)
    if isinstance(builtin, MasterVector):
        return builtin
    if builtin is not None:
        raise builtin
    if not path.is_file():
        raise _missing(index, name, list(list_vectors(index)))
    return MasterVector.load(path).fitted(index.fingerprint)


def check_free(index: Index, name: str) -> None:
    """Raise VectorNameTakenError if the index has a vector of this name.

    Raises VectorNameTakenError if it has; ReservedNameError if a built-in vector, a learner or
    a baseline has that name.
    """
    from photorank.vectors.learners_by_name import is_learner

    if is_learner(name) or name in (*BUILTIN, *WITHIN_SCENES, RANDOM_NAME):
        raise ReservedNameError(name)
    if index.paths.vector(name).exists():
        raise VectorNameTakenError(name, index.name)


def add_vector(index: Index, vector: MasterVector) -> Path:
    """Save a new vector in the index, and return the path of its card.

    Raises VectorNameTakenError if there is one of that name; EncoderMismatchError if it belongs
    to another encoder or framing.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    check_free(index, vector.name)
    path = index.paths.vector(vector.name)
    vector.save(path)
    return path


def put_vector(index: Index, vector: MasterVector) -> Path:
    """Save a vector, replacing only a taste vector of the same name and person; return the path.

    Raises as :func:`add_vector` does, also if the vector of that name is another person's.
    """
    path = index.paths.vector(vector.name)
    if not path.exists() or not is_of_rater(MasterVector.load(path), _rater_of(vector)):
        return add_vector(index, vector)
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    vector.save(path)
    return path


def is_of_rater(vector: MasterVector, rater: str) -> bool:
    """True if a vector was learned from the clicks of the given person."""
    return vector.kind == "personal" and _rater_of(vector) == rater


def _rater_of(vector: MasterVector) -> str:
    return str(vector.card.parameters.get("rater", ""))


def remove_vector(index: Index, name: str) -> None:
    """Delete a vector's card from the index.

    Raises BuiltInVectorError if that vector is built in, MissingVectorError if there is none.
    """
    path = index.paths.vector(name)
    if not path.is_file():
        if name in shipped_for(index.fingerprint):
            raise BuiltInVectorError(name, index.name)
        own = sorted(card.stem for card in index.paths.vectors.glob("*.json"))
        raise NoSuchOwnVectorError(name, index.name, own)
    try:
        path.unlink()
    except OSError as error:
        raise StorageError(path, error.strerror or "it cannot be removed") from error
    sync_folder(path.parent)


def _missing(index: Index, name: str, known: list[str]) -> MissingVectorError:
    return MissingVectorError(name, index.name, known, words=index.manifest.knows_words)
