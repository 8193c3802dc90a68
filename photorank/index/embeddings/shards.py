"""Shards: immutable files of embeddings in FAISS's format."""

import hashlib
import mmap
import os
import struct
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from photorank.errors import BrokenIndexError, counted
from photorank.index.catalogue.file_records import Shard
from photorank.index.embeddings.half_precision import is_half
from photorank.photos.find_photos import Stamp
from photorank.typing import Rows
from photorank.workspace import IndexPaths, reading_errors, write_bytes

# Header of a FAISS file: type, d, n, two unused numbers, whether it is trained, and metric.
_HEADER = struct.Struct("=4siqqq?i")
_INNER_PRODUCT = 0
# Rest of an IndexFlatIP's header: number of float32 values.
_IN_32_BITS = struct.Struct("=Q")
# Rest of an IndexScalarQuantizer's header: type, two unused numbers, d, bytes per row, number of
# trained values, number of bytes.
_IN_16_BITS = struct.Struct("=iifQQQQ")
_FP16 = 4  # a number of QT_fp16, half precision


def write_shard(paths: IndexPaths, rows: Rows) -> Shard:
    """Write embeddings (n, d) durably to a new shard file; return its catalogue record."""
    import faiss

    d = rows.shape[1]
    index: Any = faiss.IndexFlatIP(d)
    if is_half(rows):
        kind = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexScalarQuantizer(d, kind, faiss.METRIC_INNER_PRODUCT)
    index.add(np.ascontiguousarray(rows, dtype=np.float32))
    data = faiss.serialize_index(index).data
    name = uuid.uuid4().hex  # never used again, so no reader mistakes one shard for another
    write_bytes(paths.shard(name), data)
    return Shard(name, len(rows), hashlib.sha256(data).hexdigest())


def read_shard(paths: IndexPaths, shard: Shard, dimensions: int) -> Rows:
    """Embeddings (n, d) of a shard file, read-only and memory-mapped.

    The file's header has an odd length, so rows are not aligned in memory; NumPy copes by
    copying, so pass it a few rows at a time. Raises FileNotFoundError if the file is gone (after
    a compaction; older maps stay), BrokenIndexError if it is not the shard of the catalogue.
    """
    path = paths.shard(shard.name)
    with reading_errors(path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(_HEADER.size + _IN_16_BITS.size)
        if start[:4] not in (b"IxFI", b"IxSQ"):
            raise BrokenIndexError(path, "it is not a file of embeddings")
        half = start[:4] == b"IxSQ"
        rest = _IN_16_BITS if half else _IN_32_BITS
        if len(start) < _HEADER.size + rest.size:
            raise BrokenIndexError(path, "it is damaged")
        _, d, n, _, _, _, metric = _HEADER.unpack_from(start)
        told = rest.unpack_from(start, _HEADER.size)
        if (n, d) != (shard.rows, dimensions):
            raise BrokenIndexError(
                path,
                f"it holds {counted(n, 'embedding')} of {counted(d, 'dimension')} instead of "
                f"{shard.rows} of {dimensions}",
            )
        kind = np.dtype(np.float16 if half else np.float32)
        begin = _HEADER.size + rest.size
        right = (
            (told[0], *told[3:]) == (_FP16, d, 2 * d, 0, 2 * n * d) if half else told == (n * d,)
        )
        if metric != _INNER_PRODUCT or not right or size != begin + kind.itemsize * n * d:
            raise BrokenIndexError(path, "it is damaged")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.ndarray((n, d), kind, memory, begin)


def rows_sha256(rows: Rows) -> str:
    """SHA-256 (hexadecimal) of the shard file behind memory-mapped rows."""
    return hashlib.sha256(rows.base).hexdigest()  # type: ignore[arg-type]


def check_first_use(path: Path, shard: Shard) -> None:
    """Raise BrokenIndexError if a shard's checksum is wrong; checked once per process."""
    if _sha256_of(path, Stamp.of(path.stat())) != shard.sha256:
        raise BrokenIndexError(path, "it is damaged")


@lru_cache(maxsize=4096)
def _sha256_of(path: Path, stamp: Stamp) -> str:
    return file_sha256(path)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; empty if the file is missing.

    Raises UnreadableFileError if the disk refuses: such a file may well be whole.
    """
    try:
        with reading_errors(path), path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
