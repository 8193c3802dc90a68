"""Photos uploaded by visitors, held in memory for the routes."""

from collections import OrderedDict
from threading import Lock

from photorank.photos.open_photo import photo_digest

MOST_BYTES = 512 << 20  # of all uploads together; the oldest are forgotten

_held: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


def hold_upload(data: bytes) -> str:
    """Digest under which an upload is served from memory."""
    digest = photo_digest(data)
    with _lock:
        _held[digest] = data
        _held.move_to_end(digest)
        while len(_held) > 1 and sum(map(len, _held.values())) > MOST_BYTES:
            _held.popitem(last=False)
    return digest


def uploaded(digest: str) -> bytes | None:
    """Bytes of an upload by digest; None if no longer held."""
    with _lock:
        return _held.get(digest)
