"""HTTP route for thumbnails by photo digest, used by charts."""

import re
from contextlib import suppress
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from photorank.errors import PhotorankError
from photorank.index.opened import Index, Photo
from photorank.workspace import Workspace

DIGEST = re.compile("[0-9a-f]{64}")
# Only the dashboard's own pages may show a picture.
HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def thumbnail_address(index: Index, photo: Photo) -> str:
    """URL of a photo's thumbnail; empty if the photo has no thumbnail.

    It is relative, for the dashboard may be served below a path.
    """
    known = index.thumbnail(photo).exists()
    return f"thumbnails/{quote(index.name)}/{photo.digest}" if known else ""


def thumbnail_route() -> Route:
    """HTTP route that serves thumbnails."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return Route(f"{'/' if base else ''}{base}/thumbnails/{{index}}/{{digest}}", _thumbnail)


def _thumbnail(request: Request) -> Response:
    name, digest = request.path_params["index"], request.path_params["digest"]
    with suppress(PhotorankError):  # what it says may name a folder
        workspace = Workspace.current()
        if name in workspace.index_names() and DIGEST.fullmatch(digest):
            file = workspace.index(name).thumbnail(digest)
            if file.is_file():
                return FileResponse(file, media_type="image/webp", headers=HEADERS)
    return Response(status_code=404)
