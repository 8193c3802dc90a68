"""HTTP service as an ASGI app, with all routes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photorank.cores import usable_cores
from photorank.encoders.base import Encoder
from photorank.errors import DecoderError, InvalidNameError, MissingVectorError, PhotorankError
from photorank.index.building.batch_size import batch_size_for
from photorank.index.opened import Index
from photorank.scoring.scale import Scale, vector_version
from photorank.service.access_tokens import TokenOnly
from photorank.service.answers import (
    Rated,
    Rater,
    album_answer,
    compare_answer,
    rate_answer,
)
from photorank.service.encoder_queue import EncoderQueue
from photorank.service.limits_and_refusals import Limits, Refusal, RequestCapacity, out_of_time
from photorank.service.middleware import Counted, refused
from photorank.service.openapi import description
from photorank.service.prometheus_metrics import MEDIA_TYPE, ServiceMetrics
from photorank.service.read_uploads import Uploads, uploads
from photorank.service.served_index import ServedIndex, Snapshot
from photorank.typing import Json
from photorank.vectors.store import list_vectors

_CLOSED = 499  # the client has gone: nobody sees it but those who count


@dataclass(frozen=True)
class ServiceRequest:
    """Request to start the HTTP service, with the index to serve and the service's settings."""

    index: Index
    vector: str  # the default one
    load: Callable[[], Encoder]
    limits: Limits = field(default_factory=Limits)
    tokens: tuple[bytes, ...] = ()  # digests; without any, everybody is let in


class _Batch(NamedTuple):
    """Rated photos and form fields of one HTTP request.

    `scale` converts ratings to percentiles and stars.
    """

    rated: list[Rated]
    scale: Scale
    fields: dict[str, str]


def service(asked: ServiceRequest) -> Starlette:
    """ASGI app of the service, with its routes, middleware and error handlers."""
    made = _Service(asked)
    routes = [
        Route("/v1/rate", made.rate, methods=["POST"]),
        Route("/v1/compare", made.compare, methods=["POST"]),
        Route("/v1/album", made.album, methods=["POST"]),
        Route("/v1/vectors", made.vectors),
        Route("/healthz", made.health),
        Route("/metrics", made.metrics),
        Route("/openapi.json", made.openapi),
    ]
    middleware = [Middleware(Counted, [one.path for one in routes], made.numbers.count_response)]
    if asked.tokens:
        middleware.append(Middleware(TokenOnly, asked.tokens, asked.limits))
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={
            Refusal: _of_refusal,
            HTTPException: _of_status,
            PhotorankError: _of_error,
            ClientDisconnect: _of_nobody,
        },
        lifespan=made.lifespan,
    )


class _Service:
    """Route handlers of the service, with the rater and the limits that they share."""

    def __init__(self, asked: ServiceRequest) -> None:
        self._asked = asked
        self._limits = asked.limits
        self._room = RequestCapacity(asked.limits)
        self.numbers = ServiceMetrics(self._room)
        self._served = ServedIndex(asked.index, asked.load)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Context manager that runs the decoder and encoder threads while the service runs."""
        cores = usable_cores()
        queue = EncoderQueue(batch_size_for(cores), self.numbers.record_batch)
        decoders = ThreadPoolExecutor(cores, thread_name_prefix="photorank-decode")
        self._rater = Rater(decoders, queue)
        try:
            yield
        finally:
            await asyncio.to_thread(decoders.shutdown, cancel_futures=True)
            await asyncio.to_thread(queue.close)

    async def rate(self, request: Request) -> Response:
        """HTTP response with the score of each uploaded photo."""
        return await self._answered(request, lambda batch: rate_answer(batch.rated))

    async def compare(self, request: Request) -> Response:
        """HTTP response with the probability that each of two photos is the better one."""

        def check(sent: Uploads) -> None:
            if len(sent.photos) != 2:
                raise Refusal(
                    400,
                    f"two photos are compared, and there are {len(sent.photos)}",
                    "Send two: curl -F photo=@a.jpg -F photo=@b.jpg URL",
                )

        return await self._answered(
            request, lambda batch: compare_answer(batch.rated, batch.scale), check
        )

    async def album(self, request: Request) -> Response:
        """HTTP response with the photos chosen for an album."""
        places = 0

        def check(sent: Uploads) -> None:
            nonlocal places
            told = request.query_params.get("places") or sent.fields.get("places", "")
            places = int(told) if told.isdecimal() and len(told) < 10 else 0
            if places < 1:
                raise Refusal(
                    400, "places is not a number from 1 on", "Ask for /v1/album?places=24"
                )

        return await self._answered(
            request, lambda batch: album_answer(batch.rated, places, batch.scale), check
        )

    async def vectors(self, _: Request) -> Response:
        """HTTP response that lists the index's rating vectors with name, kind and version."""
        index = (await self._served.snapshot()).index
        found = await asyncio.to_thread(list_vectors, index)
        vectors = [
            {
                "name": name,
                "kind": one.kind,
                "version": vector_version(one),
                "calibrated": one.slope is not None,
            }
            for name, one in found.items()
        ]
        told = {"index": index.name, "default": self._asked.vector, "vectors": vectors}
        return JSONResponse(told)

    async def health(self, _: Request) -> Response:
        """HTTP response that says that the service is running."""
        return JSONResponse({"status": "ok"})

    async def metrics(self, _: Request) -> Response:
        """HTTP response with the service's metrics in Prometheus' format."""
        return Response(self.numbers.text(), headers={"content-type": MEDIA_TYPE})

    async def openapi(self, _: Request) -> Response:
        """HTTP response with the service's OpenAPI document."""
        return JSONResponse(description())

    async def _answered(
        self,
        request: Request,
        answer: Callable[[_Batch], Json],
        check: Callable[[Uploads], None] = lambda sent: None,
    ) -> Response:
        """HTTP response made by calling the function `answer` with a request's rated photos.

        Raises Refusal beyond the time limit.
        """
        until = asyncio.get_running_loop().time() + self._limits.seconds
        snapshot = await self._served.snapshot()
        async with uploads(request, self._limits, self._room) as sent:
            check(sent)
            work = self._rated(sent, snapshot, request.query_params.get("vector"))
            batch = await self._while_wanted(work, request, until)
            told = await asyncio.to_thread(answer, batch)
        return JSONResponse(told | {"versions": batch.scale.card})

    async def _rated(self, sent: Uploads, snapshot: Snapshot, vector: str | None) -> _Batch:
        name = vector or sent.fields.get("vector") or self._asked.vector
        scale = await asyncio.to_thread(snapshot.scale, name)
        rated = await self._rater.rated(sent.photos, snapshot.embedder, scale)
        good = sum(one.error is None for one in rated)
        self.numbers.count_photos(good, len(rated) - good)
        return _Batch(rated, scale, sent.fields)

    async def _while_wanted(
        self, work: Awaitable[_Batch], request: Request, until: float
    ) -> _Batch:
        """Await `work` and return its result; cancel it if the client disconnects or time runs out.

        Raises ClientDisconnect or Refusal in these cases.
        """
        task = asyncio.ensure_future(work)
        gone = asyncio.ensure_future(request.receive())  # after the body: the end alone
        left = until - asyncio.get_running_loop().time()
        try:
            await asyncio.wait({task, gone}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise ClientDisconnect if gone.done() else out_of_time(self._limits)
        finally:
            task.cancel()
            gone.cancel()


def _of_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - by its handler
    retry = {} if error.retry_seconds is None else {"retry_after": str(error.retry_seconds)}
    return refused(error.status, error.reason, error.then, connection="close", **retry)


def _of_status(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by its handler
    then = "GET /openapi.json says what there is."
    allow = {name.lower(): value for name, value in (error.headers or {}).items()}
    return refused(error.status_code, error.detail.lower(), then, **allow)


def _of_error(_: Request, error: Exception) -> Response:
    """HTTP response for an error raised by photorank: status, message, advice for the client."""
    if isinstance(error, MissingVectorError):
        return refused(404, str(error), "GET /v1/vectors lists those there are.")
    if isinstance(error, InvalidNameError):
        return refused(400, str(error), "GET /v1/vectors lists those there are.")
    if isinstance(error, DecoderError):
        return refused(503, str(error), "Send it again in a moment.", retry_after="5")
    return refused(500, str(error), "Tell whoever runs this service.")


def _of_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=_CLOSED)
