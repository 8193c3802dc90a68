"""URLs of the routes, which include a random token generated at each start of the server."""

import secrets

import streamlit as st
from starlette.responses import Response

# Nobody who was not given a page knows it, so that no other page can guess an address.
TOKEN = secrets.token_urlsafe(16)
ROOM = f"shown/{TOKEN}"

_SAFE = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
KEEP = _SAFE | {"Cache-Control": "private, max-age=31536000, immutable"}
FORGET = _SAFE | {"Cache-Control": "no-store"}


def route_path(below: str) -> str:
    """URL path pattern of a route, below the dashboard's base path."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"{'/' if base else ''}{base}/{ROOM}/{below}"


def not_found() -> Response:
    """HTTP response 404, which does not reveal why something is missing."""
    return Response(status_code=404, headers=FORGET)
