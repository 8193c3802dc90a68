"""Digests of photos whose embeddings were imported: nobody has seen the bytes of their files."""

import hashlib

from photorank.typing import Embeddings

# What such a digest ends in; that a file's own does is as likely as 1 in 10¹⁹.
_MARK = "0" * 16


def imported_digest(name: bytes, row: Embeddings) -> str:
    """Digest of a photo by its name and its embedding (d,)."""
    content = hashlib.sha256(name + b"\0")
    content.update(row.tobytes())
    return content.hexdigest()[: -len(_MARK)] + _MARK


def is_imported(digest: str) -> bool:
    """Whether a photo is known by its name and embedding alone."""
    return digest.endswith(_MARK)
