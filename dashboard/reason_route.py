"""HTTP route that serves the reasons for a photo's rating.

It stands apart from the other routes, for it rests on what the pages keep in their caches.
"""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.formatting import plain_error_text
from dashboard.models.words import MODES, Mode
from dashboard.routes.addresses import FORGET, not_found, route_path
from dashboard.routes.pictures import PHOTO
from photorank.errors import (
    MissingExtraError,
    MissingWeightsError,
    PhotorankError,
    UnreadablePhotoError,
)
from photorank.outside_text import printable
from photorank.typing import Json
from photorank.workspace import Workspace

_log = logging.getLogger(__name__)
# One at a time: an encoder uses all processors.
_pool = ThreadPoolExecutor(1, thread_name_prefix="reasons")


def reason_routes() -> list[Route]:
    """List with the HTTP route that serves the reasons for a photo's rating."""
    return [Route(route_path("reasons/{index}/{photo}"), _reasons)]


async def _reasons(request: Request) -> Response:
    index, photo = request.path_params["index"], request.path_params["photo"]
    if not PHOTO.fullmatch(photo):
        return not_found()
    by, words = request.query_params.get("by", ""), request.query_params.get("words", "")
    mode: Mode = next((mode for mode in MODES if mode == words), "plain")
    loop = asyncio.get_running_loop()
    try:
        told = await loop.run_in_executor(_pool, _told, index, photo, by, mode)
    except UnreadablePhotoError as error:  # its message names the folder, its reason does not
        told = {"problem": f"The photo cannot be read: {printable(error.reason)}."}
    except (MissingExtraError, MissingWeightsError) as error:
        told = {"problem": printable(plain_error_text(error))}
    except PhotorankError as error:
        _log.warning("the reasons for a rating could not be found: %s", printable(str(error)))
        told = {"problem": "The reasons could not be found: the server's log says why."}
    return not_found() if told is None else JSONResponse(told, headers=FORGET)


def _told(name: str, beginning: str, by: str, mode: Mode) -> Json | None:
    # Streamlit warns of caches that are made before its server runs.
    from dashboard.cache import encoder_results, index_data, search_and_map, vector_ratings
    from dashboard.models import photo_reasons

    if name not in Workspace.current().index_names():
        return None
    index = index_data.index(name)
    vector = index_data.vectors(index).get(by)
    row = search_and_map.row_of_digest(index, beginning)
    if vector is None or row is None:
        return None
    found = encoder_results.reasons(index, vector, row)
    places = vector_ratings.percentiles(index, vector)
    ratings, best = (
        vector_ratings.ratings(index, vector),
        vector_ratings.best_album(index, vector),
    )
    told = photo_reasons.reasons_json(
        index, vector, found.explanation, found.concepts, places, mode
    )
    return told | {
        "here": photo_reasons.contribution_sentence(
            best.tell_rows([row], ratings)[0], len(best.rows)
        )
    }
