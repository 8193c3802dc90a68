"""An index's own encoder, loaded when a command first needs it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from photorank.errors import IndexMismatchError

if TYPE_CHECKING:
    from photorank.encoders.base import Encoder
    from photorank.index.store import Index


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
