"""Explanation of a rating: heat map, concepts, and similar better photos."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from photorank.encoders.base import Encoder, encode_photos
from photorank.errors import (
    MissingExtraError,
    MissingPathError,
    MissingWeightsError,
    NoTextError,
    UnreadablePhotoError,
)
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.rating.closest_better import BetterPhoto, closest_better
from photorank.rating.concepts import Concept, moving_concepts
from photorank.rating.heat_map import HeatMap, heat_map
from photorank.rating.heat_overlay import overlay
from photorank.rating.percentiles import percentiles_among, share_below
from photorank.rating.signal_shares import SignalShares, signal_shares
from photorank.typing import Embeddings, Floats, Ratings
from photorank.vectors.master import MasterVector

_PICTURE_SIDE_PIXELS = 672  # long side at most, sufficient for a heat map


@dataclass(frozen=True)
class Explanation:
    """Reasons for a photo's rating: heat map, similar better photos, technical measurements."""

    picture: Image.Image  # the photo, as it is drawn on
    embedding: Embeddings  # (d,)
    heat: HeatMap
    average: float  # rating over the index
    percentile: float  # 0 to 100, among the index's photos; ties count half
    below: float  # percentage, 0 to 100, of the index's photos that are rated lower
    better: list[BetterPhoto]
    signals: SignalShares | None  # None if the rating takes none into account

    @property
    def parts(self) -> Floats:
        """Contribution (rows, columns) of each grid cell to the rating's difference from the mean.

        The mean is that of the index's photos. What signals contribute to the difference is in no
        cell.
        """
        carried = self.signals.total if self.signals else 0.0
        return self.heat.minus_average(self.average + carried)

    def drawn(self, most: float | None = None) -> Image.Image:
        """Image of the photo with its heat map drawn over it, in orange and blue."""
        return overlay(self.picture, self.parts, most)


def explain_file(
    index: Index,
    vector: MasterVector,
    path: Path,
    encoder: Encoder,
    on_progress: Callable[[int, int], None] | None = None,
) -> Explanation:
    """Explanation of the rating of a photo file, which need not be in the index."""
    if not path.exists():
        raise MissingPathError(path)
    try:
        return explain(index, vector, read_photo(path), encoder, on_progress)
    except UnreadablePhotoError as error:
        raise UnreadablePhotoError(error.reason, path) from error


def explain(
    index: Index,
    vector: MasterVector,
    data: bytes,
    encoder: Encoder,
    on_progress: Callable[[int, int], None] | None = None,
) -> Explanation:
    """Explanation of a photo's rating; `data` holds the bytes of the photo's file.

    The rating is explained relative to an index's photos.

    Where the heat map takes trials, `on_progress` is called with how many are done and to do.
    Raises UnreadablePhotoError if the bytes are no usable photo; EncoderMismatchError if the
    vector belongs to another encoder or framing.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    photo = decode_isolated(data, short_side=encoder.short_side, long_side=encoder.long_side).photo
    heat = heat_map(photo, encoder, vector, on_progress)
    embedding = encode_photos(encoder, [encoder.prepare(photo)])[0]
    ratings = index.rate(vector)
    own = _own_rating(index, data, heat.rating, ratings)
    picture = decode_isolated(data, short_side=1, long_side=_PICTURE_SIDE_PIXELS).photo
    picture.thumbnail((_PICTURE_SIDE_PIXELS,) * 2, Image.Resampling.LANCZOS)
    return Explanation(
        picture,
        embedding,
        heat,
        float(ratings.mean()),
        float(percentiles_among(own, ratings)[0]),
        float(share_below(own, ratings)[0]),
        closest_better(index, vector, embedding, ratings),
        signal_shares(index, vector, embedding, ratings),
    )


def _own_rating(index: Index, data: bytes, rated: float, ratings: Ratings) -> Ratings:
    """Rating (1,) of the explained photo, taken from `ratings` if the index contains the photo.

    An index of half precision, or embedded on another processor, rates it slightly differently.
    """
    rows = index.rows_of_digests([photo_digest(data)]).values()
    return ratings[list(rows)] if rows else np.array([rated])


def concepts_behind(
    index: Index, vector: MasterVector, embedding: Embeddings, encoder: Encoder
) -> list[Concept] | None:
    """Concepts that explain a photo's rating; None without a usable text encoder.

    It is apart from :func:`explain`, for a text tower takes seconds to load.
    """
    try:
        return moving_concepts(index, vector, embedding, encoder)
    except (MissingWeightsError, MissingExtraError, NoTextError):
        return None
