"""Middleware that answers requests for unknown URLs with an error page.

Streamlit sends its own document for them, whose code then shows nothing, or the first page.
"""

from html import escape

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.routes.addresses import ROOM
from dashboard.sections import ADDRESSES

# First parts of addresses that are no pages: Streamlit's own, and those of the routes.
_STREAMLITS = {"_stcore", "media", "component", "static", "app"}
_NO_PAGES = _STREAMLITS | {"send", "thumbnails", ROOM.partition("/")[0]}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No such page · photorank</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
body {{ margin: 18vh auto 0; max-width: 34rem; padding: 0 1.5rem }}
h1 {{ font-size: 1.75rem; font-weight: 600 }}
</style></head>
<body><main><h1>No such page</h1>
<p>Nothing is at this address. It may have been cut short on its way, or mistyped.</p>
<p><a href="{home}">Home</a></p></main></body></html>
"""


class PageForUnknownAddresses:
    """Middleware that answers requests for unknown URLs, and passes on all other requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._base = f"/{str(st.get_option('server.baseUrlPath')).strip('/')}".rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the app, or answer it with a redirect or an error page."""
        answer = self._answer(scope) if _asks_for_a_page(scope) else None
        await (answer or self.app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path = scope["path"].removeprefix(self._base)
        page = path.strip("/")
        if not page or page.partition("/")[0] in _NO_PAGES:
            return None
        if page in ADDRESSES:
            if path == f"/{page}":
                return None
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"{self._base}/{page}{'?' if query else ''}{query}")
        return HTMLResponse(_PAGE.format(home=escape(f"{self._base}/")), 404)


def _asks_for_a_page(scope: Scope) -> bool:
    """True if a request asks for an HTML page: its method is GET or HEAD, and it accepts HTML."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and "text/html" in Headers(scope=scope).get("accept", "")
    )
