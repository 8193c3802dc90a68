"""Rating vectors of an index: those saved in it, and the built-in ones for its encoder."""

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
    """Built-in vectors for an index's encoder, keyed by name, without damaged ones."""
    found = shipped_for(index.fingerprint)
    offered = {name: one for name, one in found.items() if name in BUILTIN}
    return {name: one for name, one in offered.items() if isinstance(one, MasterVector)}


def list_vectors(index: Index) -> dict[str, MasterVector]:
    """Vectors that can rate an index's photos, keyed by name: saved ones, then built-in ones.

    Cards that cannot be used are left out; :func:`unusable_cards` tells of them.
    """
    return _saved_vectors(index)[0] | builtin_vectors(index)


def unusable_cards(index: Index) -> list[PhotorankError]:
    """Error objects for an index's unusable vectors: damaged, or made for another encoder."""
    builtin = shipped_for(index.fingerprint).values()
    return _saved_vectors(index)[1] + [one for one in builtin if isinstance(one, PhotorankError)]


def _saved_vectors(index: Index) -> tuple[dict[str, MasterVector], list[PhotorankError]]:
    """Usable vectors saved in an index, by name, and an error object for each unusable file."""
    usable: dict[str, MasterVector] = {}
    errors: list[PhotorankError] = []
    for path in sorted(index.paths.vectors.glob("*.json")):
        try:
            vector = MasterVector.load(path).renamed(checked_name("a vector", path.stem))
            vector = vector.padded_to(index.fingerprint)
        except PhotorankError as error:
            errors.append(error)
        else:
            usable[vector.name] = vector
    return usable, errors


def load_vector(index: Index, name: str) -> MasterVector:
    """Vector with the given name, saved in an index or built in.

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
    return MasterVector.load(path).padded_to(index.fingerprint)


def check_free(index: Index, name: str) -> None:
    """Raise an error if the name for a new vector is used already in the index, or reserved.

    Raises VectorNameTakenError if the index has a vector of that name; ReservedNameError if a
    built-in vector, a learner or a baseline has it.
    """
    if _is_reserved(name):
        raise ReservedNameError(name)
    if index.paths.vector(name).exists():
        raise VectorNameTakenError(name, index.name)


def add_vector(index: Index, vector: MasterVector) -> Path:
    """Save a new vector in the index, and return the path of its file.

    Raises VectorNameTakenError if there is one of that name; EncoderMismatchError if it belongs
    to another encoder or framing.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    check_free(index, vector.name)
    path = index.paths.vector(vector.name)
    vector.save(path)
    return path


def put_vector(index: Index, vector: MasterVector) -> Path:
    """Save a person's vector, replacing that person's vector of the same name; return the path.

    Raises as :func:`add_vector` does, also if the vector of that name is another person's.
    """
    path = index.paths.vector(vector.name)
    if not path.exists() or not is_of_rater(MasterVector.load(path), _rater_of(vector)):
        return add_vector(index, vector)
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    vector.save(path)
    return path


def is_of_rater(vector: MasterVector, rater: str) -> bool:
    """True if a vector is personal and was learned from the given person's judgements."""
    return vector.kind == "personal" and _rater_of(vector) == rater


def _rater_of(vector: MasterVector) -> str:
    return str(vector.card.parameters.get("rater", ""))


def remove_vector(index: Index, name: str) -> None:
    """Delete a vector's file from the index.

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
    words = index.manifest.knows_words
    return MissingVectorError(name, index.name, known, words=words, reserved=_is_reserved(name))


def _is_reserved(name: str) -> bool:
    """True if a built-in vector, a learner or a baseline has this name."""
    from photorank.vectors.learners_by_name import is_learner

    return is_learner(name) or name in (*BUILTIN, *WITHIN_SCENES, RANDOM_NAME)
