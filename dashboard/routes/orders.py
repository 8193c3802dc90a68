"""HTTP routes for large photo grids: photo data in display order, and photo names in chunks.

An order is named by the digest of what it says, so a browser fetches it once. Its first photos
are given to the page itself, which draws them before the rest has come.
"""

import re
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from threading import Lock
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.routes.addresses import KEEP, not_found, route_path
from photorank.errors import PhotorankError

MOST_BYTES = 128 << 20  # of all orders together; a forgotten one is made again when it is asked for
NAMES_A_PIECE = 200  # photos
_PIECE = re.compile("[0-9]{1,9}")
MOST_GIVEN = 1000  # photos that a page gets without fetching an order: more than a window shows
UNRATED = 0xFFFF  # in the place of a percentile

# What is said of some places in an order: a name and a caption each.
Words: TypeAlias = Callable[[Sequence[int]], list[tuple[str, str]]]


@dataclass(frozen=True, eq=False)
class PhotoColumns:
    """Data of a grid's photos in display order: an array per property (digest, aspect ratio, …)."""

    digests: NDArray[np.uint8]  # (n, 8) beginnings of the digests
    aspects: NDArray[np.uint16]  # (n,) width to height, in thousandths
    percentiles: NDArray[np.uint16]  # (n,) in hundredths of a percent; UNRATED
    tones: NDArray[np.uint16]  # (n,) mean colours in 5, 6 and 5 bits
    stacks: NDArray[np.uint16]  # (n,) photos of a stack at its first, 0 at the others, else 1

    def to_bytes(self) -> bytes:
        """Bytes of a photo grid's data arrays, concatenated; numbers are little-endian."""
        numbers = (self.aspects, self.percentiles, self.tones, self.stacks)
        columns = [np.ascontiguousarray(column, dtype="<u2").tobytes() for column in numbers]
        return b"".join([np.ascontiguousarray(self.digests).tobytes(), *columns])

    def first(self, n: int) -> "PhotoColumns":
        """Columns of photo data, cut to the first n photos in display order."""
        return PhotoColumns(*[getattr(self, column.name)[:n] for column in fields(self)])


@dataclass(frozen=True, eq=False)
class HeldOrder:
    """Photos of a grid in display order with their data, kept in memory for the browser."""

    data: bytes
    n: int
    words: Words


class OrderReference(NamedTuple):
    """Reference by which a web page fetches the data of a photo grid in display order.

    The data of the first photos are included.
    """

    name: str  # in URLs
    n: int  # photos
    first: str  # base64 of the columns' bytes of the first photos


_held: OrderedDict[str, HeldOrder] = OrderedDict()
_lock = Lock()


def hold_order(
    columns: PhotoColumns,
    words: Words,
    named_by: str,
    *,
    most_given: int = MOST_GIVEN,
    most_bytes: int = MOST_BYTES,
) -> OrderReference:
    """Keep a grid's photo data in memory, in display order; return a reference to the data.

    `named_by` tells orders apart whose words differ though their columns are the same.
    """
    data, n = columns.to_bytes(), len(columns.aspects)
    name = sha256(data + named_by.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    with _lock:
        _held[name] = HeldOrder(data, n, words)
        _held.move_to_end(name)
        while len(_held) > 1 and sum(len(one.data) for one in _held.values()) > most_bytes:
            _held.popitem(last=False)
    return OrderReference(name, n, b64encode(columns.first(most_given).to_bytes()).decode("ascii"))


def order_routes() -> list[Route]:
    """HTTP routes that serve the data and names of a grid's photos, in display order."""
    return [
        Route(route_path("orders/{order}"), _order),
        Route(route_path("orders/{order}/words/{piece}"), _words),
    ]


async def _order(request: Request) -> Response:
    with _lock:
        held = _held.get(request.path_params["order"])
    if held is None:
        return not_found()
    return Response(held.data, media_type="application/octet-stream", headers=KEEP)


async def _words(request: Request) -> Response:
    with _lock:
        held = _held.get(request.path_params["order"])
    piece = request.path_params["piece"]
    if held is None or not _PIECE.fullmatch(piece) or int(piece) * NAMES_A_PIECE >= held.n:
        return not_found()
    start = int(piece) * NAMES_A_PIECE
    places = range(start, min(held.n, start + NAMES_A_PIECE))
    try:
        words = await run_in_threadpool(held.words, places)
    except PhotorankError:  # as of an index that was removed; what it says may name a folder
        return not_found()
    return JSONResponse(words, headers=KEEP)
