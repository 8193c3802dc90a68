"""Middleware of the service that counts requests and turns errors into JSON."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from photorank.service.limits_and_refusals import Limits

_log = logging.getLogger("uvicorn.error")


def refused(status: int, reason: str, then: str, **headers: str) -> Response:
    """JSON response that says why a request is refused and what the client can do."""
    body = {"error": reason, "next": then}
    return JSONResponse(
        body, status, headers={name.replace("_", "-"): headers[name] for name in headers}
    )


async def discard_body(chunks: AsyncIterator[bytes], limits: Limits) -> None:
    """Read and discard the rest of a refused request's body, within limits on time and size.

    A client that still sends when the connection is closed may never read the response.
    """
    left = limits.body_bytes
    with suppress(ClientDisconnect, TimeoutError):
        async with asyncio.timeout(limits.linger_seconds):
            async for chunk in chunks:
                left -= len(chunk)
                if left <= 0:
                    return


class Counted:
    """Middleware that counts responses, and turns unexpected errors into JSON."""

    def __init__(
        self,
        app: ASGIApp,
        paths: Collection[str],
        tell: Callable[[str, int, float], None],
    ) -> None:
        self._app = app
        self._paths = frozenset(paths)
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            _log.exception("a request failed")
            if not status:
                answer = refused(500, "a fault of photorank", "See the server's own output.")
                await answer(scope, receive, sent)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._tell(path, status or 499, time.monotonic() - begun)
