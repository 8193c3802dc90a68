"""Reading of a request's photos within size and time limits; large photos go to disk."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO, NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from photorank.service.limits_and_refusals import (
    Limits,
    Refusal,
    RequestCapacity,
    too_many,
    too_slow,
)
from photorank.service.middleware import discard_body

_MOST_FIELDS = 16  # besides photos
_FIELD_BYTES = 4096
_NAME_LETTERS = 255


class Upload(NamedTuple):
    """Uploaded photo: the file name that the client sent, and an open file."""

    name: str  # as the client calls it
    file: BinaryIO


class Uploads(NamedTuple):
    """Photos and form fields of one HTTP request."""

    photos: list[Upload]
    fields: dict[str, str]


@asynccontextmanager
async def uploads(
    request: Request, limits: Limits, room: RequestCapacity
) -> AsyncIterator[Uploads]:
    """Context manager for a request's uploads, which frees memory and temporary files on exit.

    Raises Refusal if there are none, or too many, or they are too large or too slow.
    """
    room.enter()
    body = _Body(request, limits, room)
    form: FormData | None = None
    try:
        form = await _parsed(request, body, limits)
        yield _sorted(form)
    except Refusal:
        if not body.ended:
            await discard_body(body.rest, limits)
        raise
    finally:
        room.leave(body.count)
        if form is not None:
            await form.close()


class _Body:
    """Request body, read within the limits on size and time."""

    def __init__(self, request: Request, limits: Limits, room: RequestCapacity) -> None:
        self.rest = request.stream()  # chunks that are not read yet
        self._limits = limits
        self._room = room
        self._until = asyncio.get_running_loop().time() + limits.seconds
        self.count = 0  # bytes, for which room was taken
        self.ended = False

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Yield the body in chunks; raise Refusal if it is too large or arrives too slowly."""
        while (chunk := await self._next()) is not None:
            self._room.take(len(chunk))
            self.count += len(chunk)
            self._limits.refuse_if_too_large(self.count)
            yield chunk

    async def _next(self) -> bytes | None:
        left = self._until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(min(left, self._limits.idle_seconds), 0)):
                return await anext(self.rest)
        except StopAsyncIteration:
            self.ended = True
            return None
        except TimeoutError as error:
            self.ended = True  # nothing more is waited for
            raise too_slow(self._limits) from error


class _Parser(MultiPartParser):
    """Form parser that records whether the end of the form was reached."""

    ended = False

    def on_end(self) -> None:
        """Record that the end of the form was reached."""
        self.ended = True


async def _parsed(request: Request, body: _Body, limits: Limits) -> FormData:
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise Refusal(
            415,
            "the request is not multipart/form-data",
            "Send photos as a form does: curl -F photo=@a.jpg -F photo=@b.jpg URL",
        )
    told = request.headers.get("content-length", "")
    if told.isdecimal():
        limits.refuse_if_too_large(int(told))

    async def whole() -> AsyncGenerator[bytes]:
        async for chunk in body.chunks():
            yield chunk
        if not parser.ended:  # raised here, the parser closes its files
            raise Refusal(400, "the form has no end", "Send photos as a form does.")

    parser = _Parser(
        request.headers,
        whole(),
        max_files=limits.photos,
        max_fields=_MOST_FIELDS,
        max_part_size=_FIELD_BYTES,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            raise too_many(limits) from error
        raise Refusal(
            400, f"the form cannot be read: {error.message}", "Send photos as a form does."
        ) from error


def _sorted(form: FormData) -> Uploads:
    photos, fields = [], {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            shown = (value.filename or "")[:_NAME_LETTERS]
            photos.append(Upload(shown, value.file))
        else:
            fields[name] = value
    if not photos:
        raise Refusal(400, "the form has no photo", "Send one at least: curl -F photo=@a.jpg URL")
    return Uploads(photos, fields)
