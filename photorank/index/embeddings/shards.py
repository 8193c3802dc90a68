"""Shards: files of unit embeddings in FAISS's format, written once and never changed."""

import hashlib
import mmap
import os
import struct
import uuid
from functools import lru_cache
from pathlib import Path

import numpy as np

from photorank.errors import BrokenIndexError
from photorank.index.catalogue.file_records import Shard
from photorank.photos.files import Stamp
from photorank.typing import Embeddings
from photorank.workspace import IndexPaths, reading_errors, write_bytes

# How a file of FAISS's IndexFlatIP begins: its kind, d, n, two numbers that mean nothing,
# whether it is trained, its metric, and how many float32 follow.
_HEADER = struct.Struct("=4siqqq?iQ")
_FLAT_IP = b"IxFI"
_INNER_PRODUCT = 0


def write_shard(paths: IndexPaths, rows: Embeddings) -> Shard:
    """Write unit rows (n, d) to a new shard file, durably, and return its catalogue record."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows, dtype=np.float32))
    data = faiss.serialize_index(index).tobytes()
    name = uuid.uuid4().hex  # never used again, so no reader mistakes one shard for another
    write_bytes(paths.shard(name), data)
    return Shard(name, len(rows), hashlib.sha256(data).hexdigest())


def read_shard(paths: IndexPaths, shard: Shard, dimensions: int) -> Embeddings:
    """Rows (n, d) of a shard, read-only and memory-mapped.

    The file's header has an odd length, so rows are not aligned in memory; NumPy copes by
    copying, so pass it a few rows at a time. Raises FileNotFoundError if the file is gone (after
    a compaction; older maps stay), BrokenIndexError if it is not the shard of the catalogue.
    """
    path = paths.shard(shard.name)
    with reading_errors(path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        header = file.read(_HEADER.size)
        if header[:4] != _FLAT_IP:
            raise BrokenIndexError(path, "it is not a file of embeddings")
        if len(header) < _HEADER.size:
            raise BrokenIndexError(path, "it is damaged")
        _, d, n, _, _, _, metric, numbers = _HEADER.unpack(header)
        if (n, d) != (shard.rows, dimensions):
            raise BrokenIndexError(
                path,
                f"it holds {n} embeddings of {d} dimensions instead of "
                f"{shard.rows} of {dimensions}",
            )
        if metric != _INNER_PRODUCT or numbers != n * d or size != _HEADER.size + 4 * n * d:
            raise BrokenIndexError(path, "it is damaged")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.ndarray((n, d), np.float32, memory, _HEADER.size)


def rows_sha256(rows: Embeddings) -> str:
    """SHA-256 in hexadecimal of the mapped file that rows of :func:`read_shard` lie in."""
    return hashlib.sha256(rows.base).hexdigest()  # type: ignore[arg-type]


def check_first_use(path: Path, shard: Shard) -> None:
    """Raise BrokenIndexError if a file has not its checksum; read once in a process."""
    if _sha256_of(path, Stamp.of(path.stat())) != shard.sha256:
        raise BrokenIndexError(path, "it is damaged")


@lru_cache(maxsize=4096)
def _sha256_of(path: Path, stamp: Stamp) -> str:
    return file_sha256(path)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, "" if it is missing.

    Raises UnreadableFileError if the disk refuses: such a file may well be whole.
    """
    try:
        with reading_errors(path), path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
