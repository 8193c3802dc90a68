"""Cost per photo: seconds to decode and to embed on this machine, and bytes stored."""

import time
from dataclasses import dataclass

import numpy as np

from photorank.encoders.base import encode_photos
from photorank.errors import PhotorankError
from photorank.index.opened import Index
from photorank.photos.decode_pool import decode_isolated
from photorank.photos.open_photo import read_photo
from photorank.typing import Codes

_PHOTOS = 16  # measured, after one to warm up


@dataclass(frozen=True)
class Cost:
    """Seconds to embed a photo here (nan if not measured), and bytes of the stored embedding."""

    open_seconds: float = float("nan")  # decoding and framing
    embed_seconds: float = float("nan")  # the network, one batch
    bytes: int = 0  # of one stored embedding
    why_not: str = ""  # measured
    n_photos: int = 0  # embedded together


def cost_of(index: Index, rows: Codes) -> Cost:
    """Seconds and bytes per photo of an index, measured on a few of its photos.

    The median of decoding, and the mean of embedding in one batch.
    """
    manifest = index.manifest
    stored = manifest.dimensions * (4 if manifest.fingerprint.blocks is None else 2)
    try:
        encoder = index.encoder()
        opened, prepared = [], []
        for row in rows[: _PHOTOS + 1].tolist():
            data = read_photo(index.photo(row).path)
            begun = time.perf_counter()
            short, long = encoder.short_side, encoder.long_side
            photo = decode_isolated(data, short_side=short, long_side=long).photo
            prepared.append(encoder.prepare(photo))
            opened.append(time.perf_counter() - begun)
        encode_photos(encoder, prepared[:1])
        begun = time.perf_counter()
        encode_photos(encoder, prepared)
        embedding = (time.perf_counter() - begun) / len(prepared)
    except PhotorankError as error:
        return Cost(bytes=stored, why_not=str(error))
    return Cost(float(np.median(opened[1:] or opened)), embedding, stored, n_photos=len(prepared))
