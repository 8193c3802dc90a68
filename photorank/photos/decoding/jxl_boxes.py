"""Reading of EXIF and XMP from the boxes of a JPEG XL file, since its decoder omits them."""

import io
from contextlib import suppress
from typing import BinaryIO

from photorank.errors import MetadataError, MissingExtraError

_MAX_BYTES = 64 << 20  # of a box, before and after decompression


def jxl_box(file: BinaryIO, kind: bytes) -> bytes | None:
    """Content of the first box of a given type in a JPEG XL file, decompressed; None if missing.

    Raises MetadataError if they cannot be unpacked.
    """
    start = file.seek(0)
    while len(head := file.read(16)) >= 12:
        size, name, body = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:  # of more than 4 GiB, or written without knowing how long it becomes
            size, body = int.from_bytes(head[8:], "big"), 16
        end = start + size if size else file.seek(0, io.SEEK_END)
        if end < start + body:
            return None
        is_packed = name == b"brob" and head[body : body + 4] == kind
        if is_packed or (name == kind and end - start <= _MAX_BYTES):
            file.seek(start + body)
            data = file.read(min(end - start - body, _MAX_BYTES))
            return _unpacked(data[4:]) if is_packed else data
        start = file.seek(end)
    return None


def _unpacked(data: bytes) -> bytes:
    """Bytes decompressed by Brotli; raises MetadataError for damaged data or missing Brotli."""
    try:
        import brotli
    except ImportError as error:
        raise MetadataError(str(MissingExtraError("metadata packed with Brotli", "jxl"))) from error
    unpacker = brotli.Decompressor()
    with suppress(brotli.error):
        unpacked: bytes = unpacker.process(data, output_buffer_limit=_MAX_BYTES)
        if unpacker.is_finished():
            return unpacked
    raise MetadataError("metadata packed with Brotli that cannot be unpacked")
