"""What an index is made with: one encoder and one framing, which a later run cannot change."""

import sqlite3
from pathlib import Path
from typing import Protocol

from photorank.encoders.base import Encoder
from photorank.errors import IndexMismatchError
from photorank.index.catalogue.file_records import has_photos
from photorank.index.manifest import Manifest, read_manifest
from photorank.workspace import IndexPaths

DEFAULT_ENCODER = "open_clip:ViT-L-14-quickgelu/openai"


class Loader(Protocol):
    """Something that makes an encoder as :func:`photorank.encoders.load_encoder` does."""

    def __call__(self, spec: str, *, framing: str | None = None, device: str = "auto") -> Encoder:
        """Return the encoder."""


def stored_manifest(index: IndexPaths, connection: sqlite3.Connection) -> Manifest | None:
    """Return the index's manifest; one without any photo binds nobody to its encoder."""
    if not index.manifest.exists() or not has_photos(connection):
        return None
    return read_manifest(index)


def refuse_another(name: str, manifest: Manifest, spec: str | None, framing: str | None) -> None:
    """Raise if another encoder or framing is asked for than the index has."""
    own = manifest.fingerprint.framing
    if (spec and not _same_spec(spec, manifest.encoder)) or (framing and framing != own):
        raise IndexMismatchError(
            name,
            f"{manifest.encoder}, framing {own}",
            f"{spec or manifest.encoder}, framing {framing or own}",
        )


def _same_spec(asked: str, known: str) -> bool:
    """Compare specs without loading anything; a known one's path is absolute."""
    for mark in ("@", "local-dir:"):
        start, found, file = asked.partition(mark)
        if found and f"{start}{mark}{Path(file).expanduser().absolute()}" == known:
            return True
    return asked == known


def load_own(
    load: Loader,
    name: str,
    stored: Manifest | None,
    spec: str | None,
    framing: str | None,
    device: str,
) -> Encoder:
    """Load the encoder, which must be the index's own if that exists."""
    if stored is None:
        return load(spec or DEFAULT_ENCODER, framing=framing, device=device)
    own = load(stored.encoder, framing=stored.fingerprint.framing, device=device)
    return stored.checked(name, own)


def new_manifest(encoder: Encoder) -> Manifest:
    """Return the manifest of an index that begins with an encoder."""
    return Manifest(
        encoder=encoder.spec,
        fingerprint=encoder.fingerprint,
        dimensions=encoder.dimensions,
        logit_scale=encoder.logit_scale,
    )
