"""Ratings of photos by a vector, with percentiles and stars relative to an index's photos."""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

from photorank.album.in_context import AlbumContext
from photorank.index.opened import Index
from photorank.json_values import to_json
from photorank.rating.percentiles import percentiles_among
from photorank.rating.stars import stars
from photorank.typing import Embeddings, Json
from photorank.vectors.master import MasterVector


class Score(NamedTuple):
    """Rating of a photo, with its percentile and stars among an index's photos."""

    rating: float
    percentile: float  # 0 to 100
    stars: int  # 1 to 5


class Scale:
    """Converter of embeddings to ratings, and to percentiles and stars within an index."""

    def __init__(
        self, index: Index, vector: MasterVector, album: Sequence[int] | None = None
    ) -> None:
        self.index = index
        self.vector = vector
        ratings = index.rate(vector)
        self.collection = np.sort(ratings)
        self.context = None if album is None else AlbumContext(index, ratings, album)

    def scores(self, embeddings: Embeddings) -> list[Score]:
        """List of scores (rating, percentile, stars), one for each embedding (n, d)."""
        ratings = self.vector.rate(embeddings, self.index.fingerprint)
        standing = percentiles_among(ratings, self.collection)
        columns = (ratings.tolist(), standing.tolist(), stars(standing).tolist())
        return [Score(*one) for one in zip(*columns, strict=True)]

    @cached_property
    def card(self) -> Json:
        """Names and versions of everything that a score depends on, as JSON data."""
        return {
            "photorank": version("photorank"),
            "index": self.index.name,
            "photos": len(self.index),
            "encoder": self.index.manifest.encoder,
            "fingerprint": to_json(self.index.fingerprint),
            "vector": self.vector.name,
            "vector_version": vector_version(self.vector),
            "scale_version": _digest(self.collection.tobytes()),
            "context": None if self.context is None else self._context_version(self.context),
        }

    def _context_version(self, context: AlbumContext) -> str:
        digests = self.index.digests()
        return _digest(" ".join(sorted(digests[row] for row in context.rows.tolist())).encode())


def vector_version(vector: MasterVector) -> str:
    """Digest of all that determines ratings by a vector: encoder, direction, scale and bias."""
    fingerprint = json.dumps(to_json(vector.fingerprint), sort_keys=True).encode()
    numbers = np.append(vector.direction, [vector.scale, vector.bias])
    return _digest(fingerprint + numbers.tobytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
