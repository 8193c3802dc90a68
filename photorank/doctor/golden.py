"""Check of the built-in encoder against the known embedding of a test image ("golden photo")."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from photorank.encoders import load_encoder
from photorank.encoders.base import Encoder, encode_photos
from photorank.errors import MissingExtraError, PhotorankError
from photorank.index.maintenance.checks import Finding
from photorank.photos.open_photo import decode_photo

GOLDEN = Path(__file__).with_name("golden.json")
_SIDE_PIXELS = 320
_MIN_COSINE = 0.999  # allows for rounding by processors; damaged weights are far below


def golden_photo() -> bytes:
    """PNG bytes of a computed test image, with the same pixels on every machine."""
    y, x = np.mgrid[:_SIDE_PIXELS, :_SIDE_PIXELS]
    red = (x * x // 97 + 3 * y) % 256
    green = (x * y // 53) % 256
    blue = np.where((x // 40 + y // 40) % 2, 210, 35)
    pixels = np.stack([red, green, blue], axis=-1).astype(np.uint8)
    return _png(pixels)


def examine_embedded(golden_file: Path = GOLDEN) -> Finding:
    """Result of checking whether the built-in encoder reproduces a test image's known embedding."""
    try:
        embedding = embed_golden(load_encoder("embedded"))
    except MissingExtraError as error:
        return Finding("embedded", "note", "not installed", str(error))
    except PhotorankError as error:
        return Finding("embedded", "wrong", str(error), "Do what it says, then look again.")
    golden = json.loads(golden_file.read_bytes())
    expected = np.array(golden["embedding"], dtype=np.float64)
    cosine = float(expected @ embedding / np.linalg.norm(expected))
    says = f"weights {golden['weights'][:12]}… are whole; the golden photo's cosine is {cosine:.5f}"
    if not cosine > _MIN_COSINE:
        remedy = (
            "Its embeddings are false on this machine. Try `pip install --force-reinstall torch`; "
            "indexes made meanwhile must be made again."
        )
        return Finding("embedded", "wrong", says, remedy)
    return Finding("embedded", "good", says)


def embed_golden(encoder: Encoder) -> Any:
    """Head (first values, from the network's last layer) of the golden test image's embedding.

    It is compared with the known one by cosine similarity.
    """
    photo = decode_photo(golden_photo())
    head = encoder.encode_texts([]).shape[1]
    return encode_photos(encoder, [encoder.prepare(photo)])[0, :head]


def _png(pixels: Any) -> bytes:
    """PNG bytes of an array (h, w, 3) of 8-bit pixels, encoded without an imaging package."""
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
