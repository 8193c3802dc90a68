"""Middleware that refuses requests from other sites, and requests for unknown host names.

A browser tells which host it asks (``Host``) and which page asks (``Origin``). Whoever owns a name
may point it at this machine to read its photos (DNS rebinding), and every page may try to open a
WebSocket. Streamlit answers any name, all pages of this machine, and what tells no origin.
"""

import os

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from photorank.hosts import ALLOWED_HOSTS, Authority, authority, is_address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_READING = {"GET", "HEAD"}
_REFUSAL = (
    "The dashboard answers its own pages alone, by localhost and by literal addresses. To open it "
    "by another name, start it with `--allow-host NAME`.\n"
)


class OwnOriginOnly:
    """Middleware that refuses requests from other sites, and requests for unknown host names."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on to the app, or refuse the request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            answer = self.app if _is_allowed(scope) else PlainTextResponse(_REFUSAL, 403)
            await answer(scope, receive, send)
        elif _is_allowed(scope):
            # Streamlit would compare a proxy's name with this machine's address on the internet,
            # and ask another server for that.
            headers = [(name, value) for name, value in scope["headers"] if name != b"origin"]
            await self.app({**scope, "headers": headers}, receive, send)
        else:
            await WebSocketClose(1008)(scope, receive, send)


def _is_allowed(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    host = authority(hosts[0]) if len(hosts) == 1 else None
    names = map(authority, os.environ.get(ALLOWED_HOSTS, "").split())
    allowed = [name for name in names if name is not None]
    if host is None or not (
        host.host == "localhost"
        or is_address(host.host)
        or host.host in {name.host for name in allowed}
    ):
        return False
    if not origins:  # as a browser that follows a link, or fetches a page's pictures
        return scope["type"] == "http" and scope["method"] in _READING
    return len(origins) == 1 and _is_own(origins[0], [host, *allowed])


def _is_own(origin: str, own: list[Authority]) -> bool:
    """True if a request's Origin header is the address of the dashboard itself (http or https)."""
    scheme, _, rest = origin.partition("://")
    page = authority(rest)
    if page is None or scheme not in _DEFAULT_PORTS:
        return False
    default = _DEFAULT_PORTS[scheme]
    return (page.host, page.port or default) in {(one.host, one.port or default) for one in own}
