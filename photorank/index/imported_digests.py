"""Stand-in digests of photos with imported embeddings; the photo files themselves were not read."""

import hashlib

from photorank.typing import Embeddings

# End of such a digest; a file's own digest ends so with a probability of 1 in 10¹⁹.
_MARK = "0" * 16


def imported_digest(name: bytes, row: Embeddings) -> str:
    """Stand-in digest of an imported photo, computed from its name and embedding (d,)."""
    content = hashlib.sha256(name + b"\0")
    content.update(row.tobytes())
    return content.hexdigest()[: -len(_MARK)] + _MARK


def is_imported(digest: str) -> bool:
    """True if a digest was made from an imported embedding instead of the photo's file."""
    return digest.endswith(_MARK)
