"""Embeddings of photos given as bytes, computed or taken from the index."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from photorank.encoders.base import Encoder, Prepared, encode_photos, usable_rows
from photorank.index.building.decode_ahead import LazyEncoder
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import photo_digest
from photorank.typing import Embeddings, Flags


class Ready(NamedTuple):
    """Photo ready to embed: its network inputs, or its row number if the index has the photo."""

    prepared: Prepared | None
    row: int | None = None


class Embedder:
    """Embedder of photos: takes embeddings from an index or computes them with an encoder.

    Safe for threads.
    """

    def __init__(self, index: Index, load: Callable[[], Encoder]) -> None:
        self.index = index
        self.encoder = LazyEncoder(load)
        digests = np.array(index.digests(), dtype="S64")
        self._order = np.argsort(digests)
        self._digests = digests[self._order]

    def ready(self, data: bytes) -> Ready:
        """Photo made ready for embedding: decoded from its bytes, or looked up in the index.

        A photo of the index is only looked up; any other is decoded in a worker process.
        Raises UnreadablePhotoError if the bytes are no usable photo, and the encoder's errors.
        """
        row = self._row_of(photo_digest(data).encode())
        if row is not None:
            return Ready(None, row)
        encoder = self.encoder()
        decoded = decode_isolated(data, short_side=encoder.short_side, long_side=encoder.long_side)
        return Ready(encoder.prepare(decoded.photo))

    def embed(self, photos: Sequence[Ready]) -> tuple[Embeddings, Flags]:
        """Embeddings (n, d) of photos, and a mask (n,): True for finite, nonzero embeddings."""
        rows = np.zeros((len(photos), self.index.manifest.dimensions), dtype=np.float32)
        new = [place for place, photo in enumerate(photos) if photo.prepared is not None]
        held = [place for place, photo in enumerate(photos) if photo.prepared is None]
        if new:
            prepared = [one.prepared for one in photos if one.prepared is not None]
            rows[new] = encode_photos(self.encoder(), prepared)
        if held:
            known = [one.row for one in photos if one.row is not None]
            rows[held] = self.index.embeddings_of(known)
        return rows, usable_rows(rows, self.index.manifest.head)

    def _row_of(self, digest: bytes) -> int | None:
        place = int(np.searchsorted(self._digests, digest))
        if place < len(self._digests) and self._digests[place] == digest:
            return int(self._order[place])
        return None
