"""Ratings of single photos, whether in the index or not, and comparisons of two photos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from photorank.encoders.base import Encoder, encode_photos
from photorank.errors import (
    MissingPathError,
    PhotorankError,
    UnreadablePhotoError,
    UnusablePhotosError,
)
from photorank.index.opened import Found, Index
from photorank.photos.decode_pool import decode_isolated, start_process
from photorank.photos.open_photo import read_photo
from photorank.rating.percentiles import percentiles_among
from photorank.rating.probability import Slope, probability, slope_for
from photorank.typing import Embeddings, Ratings
from photorank.vectors.master import MasterVector


@dataclass(frozen=True)
class RatedPhoto:
    """Rating of a photo, and its percentile among an index's photos."""

    path: Path
    rating: float
    percentile: float  # 0 to 100, among the index's photos
    group: str | None


@dataclass(frozen=True)
class TwoPhotos:
    """Ratings of two photos, and the probability that each is the better one."""

    vector: str
    slope: Slope
    ratings: tuple[float, float]
    probabilities: tuple[float, float]  # sum to 1


def embed_photo(data: bytes, encoder: Encoder) -> Embeddings:
    """Unit embedding (1, d) of a photo, from the bytes of its file.

    Raises UnreadablePhotoError if the bytes are no usable photo.
    """
    photo = decode_isolated(data, short_side=encoder.short_side, long_side=encoder.long_side).photo
    return encode_photos(encoder, [encoder.prepare(photo)])


def embeddings_of(index: Index, paths: Sequence[Path], load: Callable[[], Encoder]) -> Embeddings:
    """Embeddings (k, d) of the current contents of k photo files, from the index or computed.

    The encoder is loaded only for contents that are not in the index. Raises MissingPathError or
    UnreadablePhotoError if a file is gone or no usable photo, UnusablePhotosError if several are.
    """
    return _rows_and_embeddings(index, paths, load)[1]


def rate_files(
    index: Index, vector: MasterVector, paths: Sequence[Path], load: Callable[[], Encoder]
) -> list[RatedPhoto]:
    """Ratings of any photo files, each with its percentile among the index's photos.

    Raises as :func:`embeddings_of`.
    """
    rows, embeddings = _rows_and_embeddings(index, paths, load)
    ratings = vector.rate(embeddings, index.fingerprint)
    standing = percentiles_among(ratings, index.rate(vector))
    groups = [None if row is None else index.photo(row).group for row in rows]
    return [
        RatedPhoto(path.absolute(), float(rating), float(percentile), group)
        for path, rating, percentile, group in zip(paths, ratings, standing, groups, strict=True)
    ]


def _rows_and_embeddings(
    index: Index, paths: Sequence[Path], load: Callable[[], Encoder]
) -> tuple[list[int | None], Embeddings]:
    """Row number in the index of each photo file, and the embeddings (k, d) of all the files.

    The row number of a file that is not in the index is None.
    """
    encoder, faults = cache(load), list[PhotorankError]()
    rows, embedded = list[int | None](), list[Embeddings]()
    for path in paths:
        try:
            if not path.exists() and not index.is_imported(path):
                raise MissingPathError(path)
            row = index.row_now(path)
            if row is None:
                data = read_photo(path)
                start_process()  # while the encoder is loaded
                embedded.append(embed_photo(data, encoder())[0])
            else:
                embedded.append(index.embeddings_of([row])[0])
            rows.append(row)
        except MissingPathError as error:
            faults.append(error)
        except UnreadablePhotoError as error:
            faults.append(UnreadablePhotoError(error.reason, path, passing=error.passing))
    if len(faults) > 1:
        raise UnusablePhotosError(faults, len(paths))
    if faults:
        raise faults[0]
    return rows, np.stack(embedded)


def extreme_photos(
    index: Index,
    vector: MasterVector,
    k: int,
    *,
    lowest: bool = False,
    search: Callable[..., list[Found]] = Index.best,
) -> list[RatedPhoto]:
    """The k photos with the highest (or lowest) rating, most extreme first.

    `search` is what finds them: the exact search, or one like it.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    return [
        RatedPhoto(
            found.photo.path,
            vector.scale * found.similarity + vector.bias,
            found.percentile,
            found.photo.group,
        )
        for found in search(index, vector.direction, k, lowest=lowest)
    ]


def compare_embeddings(index: Index, vector: MasterVector, pair: Embeddings) -> TwoPhotos:
    """Ratings of two photos, and the probability that each is better, from embeddings (2, d)."""
    ratings = vector.rate(pair, index.fingerprint)
    slope = index_slope(index, vector, index.rate(vector))
    first = probability(ratings[0], ratings[1], slope.value)
    second = probability(ratings[1], ratings[0], slope.value)
    return TwoPhotos(vector.name, slope, (float(ratings[0]), float(ratings[1])), (first, second))


def index_slope(index: Index, vector: MasterVector, collection: Ratings) -> Slope:
    """Slope: factor that turns differences of a vector's ratings into log-odds of preference.

    `collection` has the vector's ratings of the index's photos.
    """
    return slope_for(vector, collection, index.manifest.logit_scale)
