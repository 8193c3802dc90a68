"""Photos that visitors uploaded, held in memory and served by digest."""

from collections import OrderedDict
from threading import Lock

from photorank.photos.open_photo import photo_digest

MOST_BYTES = 512 << 20  # of all uploads together; the oldest are forgotten

_held: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


def hold_upload(data: bytes) -> str:
    """Hold an upload in memory, and return the digest under which it is served."""
    digest = photo_digest(data)
    with _lock:
        _held[digest] = data
        _held.move_to_end(digest)
        while len(_held) > 1 and sum(map(len, _held.values())) > MOST_BYTES:
            _held.popitem(last=False)
    return digest


def uploaded(digest: str) -> bytes | None:
    """Bytes of the upload with the given digest; None if it is no longer held in memory."""
    with _lock:
        return _held.get(digest)
