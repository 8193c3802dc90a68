"""HTTP route that serves the JavaScript modules of the component, named by their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.routes.addresses import KEEP, missing, route_path

FOLDER = Path(__file__).parents[1] / "component"


@cache
def modules() -> dict[str, bytes]:
    """Modules of the component by file name."""
    return {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.js"))}


@cache
def modules_name() -> str:
    """Name of all modules together, another one if any of them changes."""
    return sha256(b"\0".join(modules().values())).hexdigest()[:16]


def component_routes() -> list[Route]:
    """HTTP route of the component's modules, and of no other file."""
    return [Route(route_path("component/{name}/{file}"), _module)]


async def _module(request: Request) -> Response:
    data = modules().get(request.path_params["file"])
    if data is None or request.path_params["name"] != modules_name():
        return missing()
    return Response(data, media_type="text/javascript", headers=KEEP)
