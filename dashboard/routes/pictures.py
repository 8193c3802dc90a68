"""HTTP routes for photos by digest, as previews and as original files.

Nothing but a photo of an index in the workspace is served, under the beginning of its digest and
below the server's token; no address holds a path. What is sent was either made anew from pixels,
or is the very content that the digest names.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.routes.addresses import FORGET, KEEP, not_found, route_path
from dashboard.routes.held_uploads import uploaded
from dashboard.routes.preview_store import PreviewStore
from photorank.cores import usable_cores
from photorank.errors import PhotorankError
from photorank.index.imported_digests import is_imported
from photorank.index.opened import BEGINNING_DIGITS
from photorank.index.reading.photo_file import read_indexed_photo
from photorank.index.reading.rows import load_photos, photo_of_digest_prefix
from photorank.photos.decode_pool import jpeg_isolated
from photorank.workspace import IndexPaths, Workspace

THUMBNAIL_SIDE = 384  # pixels of the long side, made when a photo was indexed
PREVIEW_SIDES = (1024, 2048)
UPLOADED = "~uploaded"  # what a visitor has uploaded: no index may be called so
PHOTO = re.compile(f"[0-9a-f]{{{BEGINNING_DIGITS},64}}")

# What every browser decodes; all else is sent as JPEG.
_JPEG, _PNG, _WEBP = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"
_EXIF_OF_PNG, _EXIF_OF_WEBP = b"eXIf", b"EXIF"  # may turn a picture, which not every browser does

# Shown in the place of a photo whose embedding was imported and whose file is not here.
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200" width="300" height="200">'
    '<rect width="300" height="200" fill="#77777722"/><text x="150" y="105" fill="#777"'
    ' font-family="sans-serif" font-size="18" text-anchor="middle">no picture here</text></svg>'
)

_pool = ThreadPoolExecutor(usable_cores(), thread_name_prefix="pictures")
_making: dict[tuple[str, ...], "asyncio.Future[Response]"] = {}


def picture_routes() -> list[Route]:
    """HTTP routes that serve photos, as previews and as original files."""
    return [Route(route_path("photos/{index}/{photo}/{size}"), _picture)]


async def _picture(request: Request) -> Response:
    index, photo, size = (request.path_params[name] for name in ("index", "photo", "size"))
    make = _MAKERS.get(size)
    if make is None or not PHOTO.fullmatch(photo):
        return not_found()
    try:
        key = (str(Workspace.current().root), index, photo, size)
    except PhotorankError:
        return not_found()  # what it says may name a folder
    loop = asyncio.get_running_loop()
    if key not in _making:  # who asks for what is being made waits for it
        _making[key] = loop.run_in_executor(_pool, _response, index, photo, make)
        _making[key].add_done_callback(lambda _: _making.pop(key, None))
    made = await asyncio.shield(_making[key])
    return Response(made.body, made.status_code, headers=dict(made.headers))


def _response(index: str, photo: str, make: "Maker") -> Response:
    """HTTP response that the function `make` computes for a photo; 404 if the photo is missing."""
    workspace = Workspace.current()
    try:
        if index == UPLOADED:
            data = uploaded(photo)
            return not_found() if data is None else make(_UploadedPhoto(data))
        paths = workspace.index(index)
        if not paths.exists:
            return not_found()
        found = photo_of_digest_prefix(paths, photo)
        return not_found() if found is None else make(_IndexedPhoto(workspace, paths, *found))
    except PhotorankError:
        return not_found()  # what it says may name a folder


class _IndexedPhoto:
    """Photo of an index, with access to its file, thumbnail and stored previews."""

    def __init__(self, workspace: Workspace, paths: IndexPaths, digest: str, number: int) -> None:
        self._paths = paths
        self._number = number
        self._digest = digest
        self._store = _store(workspace.previews)

    def content(self) -> bytes | None:
        """Bytes of the photo's file; None if the file is missing or has changed."""
        import numpy as np

        try:
            [photo] = load_photos(self._paths, np.array([self._number]))
            return read_indexed_photo(photo)
        except PhotorankError:
            return None

    @property
    def is_imported(self) -> bool:
        """True if the photo's embedding was imported; its file may then be missing."""
        return is_imported(self._digest)

    def thumbnail(self) -> bytes | None:
        """Bytes of the photo's thumbnail; None if it is missing."""
        try:
            return self._paths.thumbnail(self._digest).read_bytes()
        except OSError:
            return None

    def stored(self, side: int) -> bytes | None:
        """Bytes of the stored preview whose long side has `side` pixels; None if there is none."""
        return self._store.get(self._digest, side)

    def store(self, side: int, data: bytes) -> None:
        """Store a preview of the given side length on disk."""
        self._store.put(self._digest, side, data)


class _UploadedPhoto:
    """Photo that a visitor uploaded, held in memory only."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    is_imported = False

    def content(self) -> bytes | None:
        """Bytes of the uploaded file."""
        return self._data

    def thumbnail(self) -> bytes | None:
        """Always None: an upload has no thumbnail."""
        return None

    def stored(self, side: int) -> bytes | None:
        """Always None: an upload has no stored preview."""
        return None

    def store(self, side: int, data: bytes) -> None:
        """Do nothing: previews of uploads are not stored."""


Maker = Callable[[_IndexedPhoto | _UploadedPhoto], Response]


def _thumbnail(photo: _IndexedPhoto | _UploadedPhoto) -> Response:
    small = photo.thumbnail()
    if small is not None:
        return Response(small, media_type="image/webp", headers=KEEP)
    return _preview(photo, THUMBNAIL_SIDE)


def _preview(photo: _IndexedPhoto | _UploadedPhoto, side: int) -> Response:
    data = photo.stored(side)
    if data is None:
        content = photo.content()
        if content is None:
            return _thumbnail_instead(photo)
        try:
            data = jpeg_isolated(content, long_side=side)
        except PhotorankError:
            return _thumbnail_instead(photo)
        photo.store(side, data)
    return Response(data, media_type="image/jpeg", headers=KEEP)


def _original(photo: _IndexedPhoto | _UploadedPhoto) -> Response:
    content = photo.content()
    if content is None:
        return _thumbnail_instead(photo)
    kind = _browser_media_type(content)
    if kind is not None:
        return Response(content, media_type=kind, headers=KEEP)
    try:
        data = jpeg_isolated(content)
    except PhotorankError:
        return _thumbnail_instead(photo)
    return Response(data, media_type="image/jpeg", headers=KEEP)


def _thumbnail_instead(photo: _IndexedPhoto | _UploadedPhoto) -> Response:
    """Uncacheable HTTP response with the photo's thumbnail in place of a preview."""
    small = photo.thumbnail()
    if small is None and photo.is_imported:
        return Response(_NO_PICTURE, media_type="image/svg+xml", headers=FORGET)
    if small is None:
        return not_found()
    return Response(small, media_type="image/webp", headers=FORGET)


def _browser_media_type(content: bytes) -> str | None:
    """Media type of image data that every browser shows correctly; None for other data."""
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(_PNG) and _EXIF_OF_PNG not in content:
        return "image/png"
    if content.startswith(_WEBP) and content[8:12] == b"WEBP" and _EXIF_OF_WEBP not in content:
        return "image/webp"
    return None


@cache
def _store(folder: Path) -> PreviewStore:
    return PreviewStore(folder)


_MAKERS: dict[str, Maker] = {
    str(THUMBNAIL_SIDE): _thumbnail,
    **{
        str(side): lambda photo, side=side: _preview(photo, side)  # type: ignore[misc]
        for side in PREVIEW_SIDES
    },
    "full": _original,
}
