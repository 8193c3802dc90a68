"""Scores of photos read from files or URLs, in batches and in the given order."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

from photorank.album.in_context import PhotoToAssess
from photorank.cores import usable_cores
from photorank.encoders.base import NO_EMBEDDING
from photorank.errors import UnreadablePhotoError
from photorank.index.building.batch_size import batch_size_for
from photorank.index.building.decode_ahead import in_order
from photorank.photos.path_text import unicode_text
from photorank.scoring.embed_bytes import Embedder, Ready
from photorank.scoring.scale import Scale, Score


class Source(NamedTuple):
    """Photo to be scored: path or URL, and the function that reads its bytes."""

    path: str
    read: Callable[[], bytes]  # raises UnreadablePhotoError

    @classmethod
    def refused(cls, path: str, reason: str) -> "Source":
        """`Source` object for a refused photo; the object's `read` raises UnreadablePhotoError."""

        def read() -> bytes:
            raise UnreadablePhotoError(reason)

        return cls(path, read)


class Scored(NamedTuple):
    """Score of a photo, or the reason why it cannot be scored."""

    path: str
    score: Score | None
    error: str | None = None
    adds: float | None = None  # to the album that the scale knows


class _Opened(NamedTuple):
    path: str
    photo: Ready | None
    error: str | None = None


def scored(
    sources: Iterable[Source], embedder: Embedder, scale: Scale, *, batch_size: int | None = None
) -> Iterator[list[Scored]]:
    """Yield batches of photos' scores in the given order; an unusable photo has an error message.

    Photos are read and decoded ahead of the encoder, as those of an index are, and no more than
    two batches wait in memory. Raises the encoder's errors.
    """
    size, workers = batch_size or batch_size_for(usable_cores()), usable_cores()

    def opened(source: Source) -> _Opened:
        try:
            return _Opened(source.path, embedder.ready(source.read()))
        except UnreadablePhotoError as error:
            return _Opened(source.path, None, error.reason)

    with closing(in_order(opened, sources, workers=workers, most=2 * size + workers)) as photos:
        while batch := list(islice(photos, size)):
            yield _rated(batch, embedder, scale)


def _rated(batch: list[_Opened], embedder: Embedder, scale: Scale) -> list[Scored]:
    rows, usable = embedder.embed([one.photo for one in batch if one.photo is not None])
    scores = scale.scores(rows[usable])
    places = [one.photo.row for one in batch if one.photo is not None]
    known = [row for row, is_good in zip(places, usable.tolist(), strict=True) if is_good]
    adds: list[float | None] = [None] * len(scores)
    if scale.context is not None:
        asked = zip(known, rows[usable], (one.rating for one in scores), strict=True)
        adds = [one.adds for one in scale.context.tell([PhotoToAssess(*one) for one in asked])]
    told = iter(zip(scores, adds, strict=True))
    good = iter(usable.tolist())
    done = []
    for one in batch:
        if one.photo is None:
            done.append(Scored(one.path, None, unicode_text(" ".join((one.error or "").split()))))
        elif next(good):
            score, share = next(told)
            done.append(Scored(one.path, score, adds=share))
        else:
            done.append(Scored(one.path, None, NO_EMBEDDING))
    return done
