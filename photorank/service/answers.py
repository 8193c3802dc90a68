"""JSON responses of the service: ratings, comparisons and albums from uploaded photos."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from photorank.album.album_of_rows import choose_rows
from photorank.album.request import BALANCE, AlbumRequest
from photorank.encoders.base import NO_EMBEDDING
from photorank.errors import DecoderError, UnreadablePhotoError
from photorank.photos.decode_limits import MAX_FILE_BYTES
from photorank.photos.open_photo import read_whole
from photorank.rating.percentiles import percentiles
from photorank.rating.probability import probability
from photorank.rating.rate_photo import index_slope
from photorank.scoring.embed_bytes import Embedder, Ready
from photorank.scoring.scale import Scale, Score
from photorank.service.encoder_queue import EncoderQueue
from photorank.service.limits_and_refusals import Refusal
from photorank.service.read_uploads import Upload
from photorank.typing import Embeddings, Json

_TRIED_SECONDS = 3.0  # for which a photo is opened anew whose process ends


class Rated(NamedTuple):
    """Uploaded photo with its score and embedding (d,), or the reason why it has neither."""

    name: str
    score: Score | None
    row: Embeddings | None
    error: str | None = None

    def to_json(self) -> Json:
        """Dict for the JSON response: file name that the client sent, and score or error."""
        told = dict.fromkeys(("rating", "percentile", "stars"))
        score = self.score._asdict() if self.score else told
        return {"name": self.name, **score, "error": self.error}


class Rater:
    """Object that rates uploaded photos, with decoders and an encoder that all requests share."""

    def __init__(self, decoders: ThreadPoolExecutor, queue: EncoderQueue) -> None:
        self._decoders = decoders
        self._queue = queue

    async def rated(
        self, photos: Sequence[Upload], embedder: Embedder, scale: Scale
    ) -> list[Rated]:
        """Uploaded photos with their scores, in upload order."""
        found = await asyncio.gather(*(self._embedded(one, embedder) for one in photos))
        rows = [row for row in found if not isinstance(row, str)]
        scores = iter(scale.scores(np.stack(rows)) if rows else ())
        return [
            Rated(one.name, None, None, row)
            if isinstance(row, str)
            else Rated(one.name, next(scores), row)
            for one, row in zip(photos, found, strict=True)
        ]

    async def _embedded(self, photo: Upload, embedder: Embedder) -> Embeddings | str:
        """Embedding (d,) of an uploaded photo, or a text that says why there is none."""
        loop = asyncio.get_running_loop()
        try:
            ready = await loop.run_in_executor(self._decoders, _decoded, photo, embedder)
        except UnreadablePhotoError as error:
            return " ".join(error.reason.split())
        row = await asyncio.wrap_future(self._queue.embed(embedder, ready))
        return NO_EMBEDDING if row is None else row


def _decoded(photo: Upload, embedder: Embedder) -> Ready:
    """Uploaded photo, decoded for the encoder; decoding is tried again after temporary errors.

    A busy machine may cause such errors.
    """
    photo.file.seek(0)
    data = read_whole(photo.file, MAX_FILE_BYTES)
    if not data:
        raise UnreadablePhotoError("empty file")
    begun = time.monotonic()
    while True:
        try:
            return embedder.ready(data)
        except (DecoderError, UnreadablePhotoError) as error:
            passing = isinstance(error, DecoderError) or error.passing
            if not passing or time.monotonic() - begun > _TRIED_SECONDS:
                raise


def rate_answer(rated: Sequence[Rated]) -> Json:
    """JSON response with each photo's score and its rank among the photos of the request."""
    good = [one.score.rating for one in rated if one.score is not None]
    standing = iter(percentiles(np.array(good)).tolist())
    ranks = iter(1 + sum(other > one for other in good) for one in good)
    return {
        "photos": [
            one.to_json()
            | {
                "batch_percentile": next(standing) if one.score else None,
                "batch_rank": next(ranks) if one.score else None,
            }
            for one in rated
        ]
    }


def compare_answer(rated: Sequence[Rated], scale: Scale) -> Json:
    """JSON response with the probability that each of two photos is the better one."""
    _refuse_unusable(rated)
    slope = index_slope(scale.index, scale.vector, scale.collection)
    first, second = (one.score.rating for one in rated if one.score is not None)
    of_first = probability(first, second, slope.value)
    return {
        "calibrated": slope.calibrated,
        "reason": slope.reason,
        "first": rated[0].to_json() | {"probability": of_first},
        "second": rated[1].to_json() | {"probability": 1 - of_first},
    }


def album_answer(rated: Sequence[Rated], places: int, scale: Scale) -> Json:
    """JSON response that lists the photos chosen for an album, and the unusable photos.

    Both lists are in upload order.
    """
    usable = [place for place, one in enumerate(rated) if one.row is not None]
    if not usable:
        _refuse_unusable(rated)
    rows = np.stack([one.row for one in rated if one.row is not None])
    ratings = np.array([one.score.rating for one in rated if one.score is not None])
    heads = rows[:, : scale.index.manifest.head]
    heads = heads / np.linalg.norm(heads, axis=1, keepdims=True)
    choice = choose_rows(heads, ratings, AlbumRequest(places, balance=BALANCE))
    chosen = sorted(
        (usable[row], gain)
        for row, gain in zip(choice.rows.tolist(), choice.gains.tolist(), strict=True)
    )
    return {
        "places": places,
        "chosen": [
            {"position": place} | rated[place].to_json() | {"gain": gain} for place, gain in chosen
        ],
        "value": choice.value,
        "bound": choice.bound,
        "unusable": [
            {"position": place, "name": one.name, "error": one.error}
            for place, one in enumerate(rated)
            if one.error is not None
        ],
    }


def _refuse_unusable(rated: Sequence[Rated]) -> None:
    """Raise Refusal if any photo of a request is unusable."""
    bad = [f"{one.name or 'a photo'}: {one.error}" for one in rated if one.error is not None]
    if bad:
        raise Refusal(422, "; ".join(bad[:5]), "Send photos that can be opened.")
