"""HTTP route for the JavaScript of the photo grid and viewer, at a URL with a content hash."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.routes.addresses import KEEP, not_found, route_path

FOLDER = Path(__file__).parents[1] / "component"


@cache
def modules() -> dict[str, bytes]:
    """Contents (bytes) of the dashboard's own JavaScript modules, keyed by file name."""
    files = sorted(FOLDER.glob("*.js"))
    return {path.name: path.read_bytes() for path in files if path.name != "eslint.config.js"}


@cache
def packed(file: str) -> bytes:
    """Content of a JavaScript module, compressed by gzip."""
    return gzip.compress(modules()[file], mtime=0)


@cache
def modules_hash() -> str:
    """Hash of the contents of all JavaScript modules, used in the modules' URLs."""
    return sha256(b"\0".join(modules().values())).hexdigest()[:16]


def component_routes() -> list[Route]:
    """List with the HTTP route that serves the JavaScript modules of the photo grid and viewer."""
    return [Route(route_path("component/{name}/{file}"), _module)]


async def _module(request: Request) -> Response:
    file = request.path_params["file"]
    if file not in modules() or request.path_params["name"] != modules_hash():
        return not_found()
    headers = KEEP | {"Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(modules()[file], media_type="text/javascript", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(packed(file), media_type="text/javascript", headers=headers)
