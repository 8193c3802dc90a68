"""Middleware against cross-origin requests, which are refused before they reach Streamlit.

Streamlit would ask a server on the internet what this machine's address is there, to let that
origin in.
"""

from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

THIS_MACHINE = {"localhost", "127.0.0.1"}


class OwnOriginOnly:
    """Middleware that refuses cross-origin requests, except from origins in the settings."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on to the app, or refuse the request."""
        if scope["type"] == "lifespan" or _is_allowed(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await Response(status_code=403)(scope, receive, send)


def _is_allowed(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    host = urlsplit(origin)
    return (
        host.netloc == headers.get("host")
        or host.hostname in {*THIS_MACHINE, st.get_option("browser.serverAddress")}
        or origin in st.get_option("server.corsAllowedOrigins")
    )
