"""Degraded copies of an index's photos, embedded with the index's encoder."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.cores import usable_cores
from photorank.encoders.base import Encoder, Prepared, encode_photos
from photorank.errors import TooFewPhotosError, UnreadablePhotoError
from photorank.index.opened import Index, Photo
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.degraded.degrade import (
    COPIES_LONG_SIDE,
    Degradation,
    degraded_copies,
)
from photorank.photos.grey_fingerprint import grey_fingerprint
from photorank.photos.open_photo import photo_digest, read_photo
from photorank.typing import Codes, Embeddings

MIN_PHOTOS = 10  # at least one per fold


class DegradedCopies(NamedTuple):
    """Embeddings of photos and of each photo's degraded copies."""

    rows: Codes  # (n,) the photos' rows in the index
    digests: tuple[str, ...]  # (n,)
    greys: NDArray[np.uint8]  # (n, 128) fingerprints of the photos
    X: Embeddings  # (n, 1 + copies, d) each photo, then its copies


def embed_degraded(
    index: Index,
    load: Callable[[], Encoder],
    rows: Sequence[int],
    degradations: tuple[Degradation, ...],
    most: int,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> DegradedCopies:
    """Embeddings of the first readable photos in a list, and of each photo's degraded copies.

    At most `most` photos are used. Raises TooFewPhotosError if fewer than ten can be read.
    """
    wanted = min(most, len(rows))
    if wanted < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, wanted, MIN_PHOTOS)
    copies, reasons = embed_readable(
        index, load(), rows, degradations, wanted, seed=seed, on_progress=on_progress
    )
    if len(copies.rows) < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, len(copies.rows), MIN_PHOTOS, reasons[0])
    return copies


def embed_readable(
    index: Index,
    encoder: Encoder,
    rows: Sequence[int],
    degradations: tuple[Degradation, ...],
    wanted: int,
    *,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[DegradedCopies, list[str]]:
    """Embeddings of readable photos and their degraded copies, and errors for unreadable photos.

    At most `wanted` photos are used; the reasons say why others could not be read. The random
    parts of copies depend on the photo's digest and on `seed` alone.
    """
    found: list[_Degraded] = []
    embedded = [np.empty((0, 1 + len(degradations), encoder.dimensions), dtype=np.float32)]
    reasons: list[str] = []
    for batch in _degraded_batches(index, encoder, rows, degradations, wanted, seed):
        readable = [one for one in batch if isinstance(one, _Degraded)]
        reasons += [one.reason for one in batch if isinstance(one, UnreadablePhotoError)]
        if readable:
            every = encode_photos(encoder, [one for photo in readable for one in photo.versions])
            embedded.append(every.reshape(len(readable), 1 + len(degradations), -1))
            found += [photo._replace(versions=[]) for photo in readable]
        if on_progress is not None:
            on_progress(len(found), wanted)
    copies = DegradedCopies(
        np.array([photo.row for photo in found], dtype=np.intp),
        tuple(photo.digest for photo in found),
        np.array([np.frombuffer(photo.grey, np.uint8) for photo in found]),
        np.concatenate(embedded),
    )
    return copies, reasons


class _Degraded(NamedTuple):
    """Photo and its degraded copies, preprocessed for the encoder."""

    row: int
    digest: str
    grey: bytes  # code of the photo itself
    versions: list[Prepared]


def _degraded_batches(
    index: Index,
    encoder: Encoder,
    drawn: Sequence[int],
    degradations: tuple[Degradation, ...],
    wanted: int,
    seed: int,
) -> Iterator[list[_Degraded | UnreadablePhotoError]]:
    """Yield batches of photos and their degraded copies, until enough photos have been read.

    For an unreadable photo its error is yielded.
    """
    left, rows = wanted, iter(drawn)
    workers = usable_cores()
    with ThreadPoolExecutor(workers, "photorank-spoil") as pool:
        while left and (batch := list(islice(rows, min(2 * workers, left)))):
            opened = list(
                pool.map(
                    lambda row: _degraded(index.photo(row), row, encoder, degradations, seed), batch
                )
            )
            left -= sum(isinstance(one, _Degraded) for one in opened)
            yield opened


def _degraded(
    photo: Photo, row: int, encoder: Encoder, degradations: tuple[Degradation, ...], seed: int
) -> _Degraded | UnreadablePhotoError:
    """Photo and its degraded copies, or an UnreadablePhotoError if the photo cannot be read."""
    try:
        data = read_photo(photo.path)
        if photo_digest(data) != photo.digest:
            return UnreadablePhotoError("changed since it was indexed", photo.path)
        picture = decode_isolated(
            data, short_side=encoder.short_side, long_side=COPIES_LONG_SIDE
        ).photo
    except UnreadablePhotoError as error:
        return error
    own_seed = (int(photo.digest[:16], 16) + seed) % (1 << 63)
    versions = [encoder.prepare(one) for one in degraded_copies(picture, degradations, own_seed)]
    return _Degraded(row, photo.digest, grey_fingerprint(picture), versions)
