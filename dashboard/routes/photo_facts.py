"""HTTP route for facts about a photo: name, capture time, camera settings, faces."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.routes.addresses import FORGET, not_found, route_path
from dashboard.routes.pictures import PHOTO
from photorank.errors import PhotorankError
from photorank.index.reading.faces import load_photo_faces
from photorank.index.reading.photo_file import read_indexed_photo
from photorank.index.reading.records import Photo
from photorank.index.reading.rows import load_photos, photo_of_digest_prefix
from photorank.outside_text import printable
from photorank.photos.decode_pool import header_isolated
from photorank.photos.faces import boxes
from photorank.photos.faces.face import Face
from photorank.photos.metadata.time_text import DAY_LETTERS
from photorank.typing import Json
from photorank.workspace import IndexPaths, Workspace

_MINUTE_LETTERS = len("2024-07-31T18:05")


def fact_routes() -> list[Route]:
    """List with the HTTP route that serves facts about a photo."""
    return [Route(route_path("facts/{index}/{photo}"), _facts)]


async def _facts(request: Request) -> Response:
    index, photo = request.path_params["index"], request.path_params["photo"]
    try:
        told = await run_in_threadpool(_told, index, photo)
    except PhotorankError:
        return not_found()
    return not_found() if told is None else JSONResponse(told, headers=FORGET)


def _told(index: str, beginning: str) -> Json | None:
    workspace = Workspace.current()
    if index not in workspace.index_names() or not PHOTO.fullmatch(beginning):
        return None
    paths = workspace.index(index)
    found = photo_of_digest_prefix(paths, beginning)
    if found is None:
        return None
    import numpy as np

    [photo] = load_photos(paths, np.array([found[1]]))
    faces = load_photo_faces(paths, found[1])
    return {
        "name": printable(photo.path.name),
        "lines": _lines(paths, photo),
        "faces": [[one.left, one.top, one.right, one.bottom] for one in faces or []],
        "faces_text": _faces_text(faces),
    }


def _faces_text(faces: Sequence[Face] | None) -> str:
    if faces is None:
        return "Faces were not looked for in this collection."
    return boxes.sentence(faces) if faces else "No face found."


def _lines(paths: IndexPaths, photo: Photo) -> list[str]:
    taken = (photo.taken or "")[:_MINUTE_LETTERS].replace("T", " ")
    lines = [taken if len(taken) > DAY_LETTERS else taken[:DAY_LETTERS]]
    lines += [printable(photo.camera or "")]
    try:
        lines.append(" · ".join(header_isolated("settings", read_indexed_photo(photo))["settings"]))
    except PhotorankError as error:
        lines.append(f"The photo itself cannot be shown: {getattr(error, 'reason', 'it is gone')}.")
    return [line for line in lines if line]
