"""HTTP route for uploads from visitors' devices, one photo per request."""

import secrets

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.background.accept_uploads import (
    MOST_FILE_BYTES,
    Receiver,
    RefusedFileError,
    receiver,
)
from dashboard.formatting import plain_error_text
from photorank.errors import PhotorankError


def upload_route() -> Route:
    """HTTP route for PUT requests with a photo as body and the photo's file name in the URL."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return Route(f"{'/' if base else ''}{base}/send/{{token}}", _take, methods=["PUT"])


async def _take(request: Request) -> Response:
    found = receiver(request.path_params["token"])
    if found is None:
        return Response(status_code=404)
    try:
        length = int(request.headers.get("content-length", ""))
        await _receive(request, found, length)
    except ValueError as error:
        told = str(error) if isinstance(error, RefusedFileError) else "its length is not told"
        return PlainTextResponse(told, 413)
    except PhotorankError as error:
        return PlainTextResponse(plain_error_text(error), 507)
    except ClientDisconnect:
        return Response(status_code=400)
    return Response(status_code=204)


async def _receive(request: Request, found: Receiver, length: int) -> None:
    """Write an upload's body to a temporary file, and rename the file when it is complete."""
    if not 0 < length <= MOST_FILE_BYTES:
        raise RefusedFileError("it is empty or too large")
    path = await run_in_threadpool(found.admit, request.query_params.get("name", ""), length)
    part = found.folder / f".{secrets.token_hex(8)}.part"
    taken = 0
    try:
        with part.open("xb") as file:
            async for chunk in request.stream():
                taken += len(chunk)
                if taken > length:
                    raise RefusedFileError("it is longer than was told")
                await run_in_threadpool(file.write, chunk)
        if taken < length:
            raise RefusedFileError("it did not come as a whole")
        await run_in_threadpool(found.keep, part, path)
    finally:
        part.unlink(missing_ok=True)
