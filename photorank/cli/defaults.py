"""What a command needs of an index when it is not told: its encoder, its best vector."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from photorank.errors import IndexMismatchError, NoVectorsError

if TYPE_CHECKING:
    from photorank.encoders.base import Encoder
    from photorank.index.opened import Index


def encoder_of(index: "Index") -> "Callable[[], Encoder]":
    """Return a function that loads the encoder which made the index.

    The function raises IndexMismatchError if its weights are no longer the same.
    """

    def load() -> "Encoder":
        from photorank.encoders import load_encoder

        made_by = index.fingerprint
        encoder = load_encoder(index.manifest.encoder, framing=made_by.framing)
        if encoder.fingerprint != made_by:
            raise IndexMismatchError(index.name, str(made_by), str(encoder.fingerprint))
        return encoder

    return load


def default_vector(index: "Index") -> tuple[str, str]:
    """Return the vector to use when none is named, and why it is that one."""
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
