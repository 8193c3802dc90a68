"""HTTP server of the service, with a graceful shutdown."""

import asyncio
import logging
import signal
from typing import Any

import uvicorn
from PIL import Image
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from photorank.encoders.base import Encoder, encode_photos
from photorank.photos.decode_pool import limit_decoding
from photorank.service.limits_and_refusals import DECODING, Limits

_MOST_CONNECTIONS = 1000  # beyond which uvicorn answers 503 by itself
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
    b'{"error": "the head of the request did not arrive", "next": "Send it again."}'
)


def warm(encoder: Encoder) -> None:
    """Load an encoder's image network by embedding a grey image, before the first request."""
    encode_photos(encoder, [encoder.prepare(Image.new("RGB", (64, 48), "grey"))])


def server_of(app: Starlette, host: str, port: int, limits: Limits) -> uvicorn.Server:
    """Uvicorn server for an app, at a host and port."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_head_within(limits.idle_seconds),
            ws="none",
            lifespan="on",
            log_level="error",  # a warning for each bad request would fill the log
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=round(limits.seconds),
        )
    )


def run(server: uvicorn.Server) -> None:
    """Serve until SIGTERM or Ctrl-C, and stop after all running requests are answered."""
    limit_decoding(DECODING)
    # What is wrong with a form is told to its client; of many it would fill the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    # uvicorn raises the signal again once all is answered; then there is nothing left to end.
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        server.run()
    except KeyboardInterrupt:
        pass  # likewise
    finally:
        signal.signal(signal.SIGTERM, before)


def _head_within(seconds: float) -> type[asyncio.Protocol]:
    """HTTP protocol class that closes a connection if the request head arrives too slowly."""

    class HeadWithin(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._deadline: asyncio.TimerHandle | None = None
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._unwatch()
            super().connection_lost(exc)

        def _watch(self) -> None:
            """Start the timeout for the next request's headers, unless a response is under way."""
            if self.cycle is not None and not self.cycle.response_complete:
                self._unwatch()
            elif self._deadline is None:
                self._deadline = self.loop.call_later(seconds, self._end)

        def _unwatch(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _end(self) -> None:
            self._deadline = None
            if self.cycle is None or self.cycle.response_complete:
                if not self.transport.is_closing():
                    self.transport.write(_TOO_SLOW)
                self.transport.close()

    return HeadWithin
