"""Shards: files of unit rows in FAISS's own format, written once and never changed."""

import hashlib
import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from photorank.errors import BrokenIndexError
from photorank.typing import Codes, Embeddings, Floats
from photorank.workspace import IndexPaths, write_bytes

_FLAT_IP = b"IxFI"  # how a file of FAISS's IndexFlatIP begins


class Shard(NamedTuple):
    """A file of rows as the catalogue knows it."""

    name: str
    rows: int
    sha256: str  # of the file


@dataclass(frozen=True)
class Gather:
    """Which rows of a shard go where."""

    shard: Shard
    source: Codes  # (k,) rows of the shard
    target: Codes  # (k,) rows they become


def write_shard(paths: IndexPaths, rows: Embeddings) -> Shard:
    """Write unit rows (n, d) to a new file; when this returns they survive a power cut."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(np.ascontiguousarray(rows, dtype=np.float32))
    data = faiss.serialize_index(index).tobytes()
    name = uuid.uuid4().hex  # never used again, so no reader mistakes one shard for another
    write_bytes(paths.shard(name), data)
    return Shard(name, len(rows), hashlib.sha256(data).hexdigest())


def read_shard(paths: IndexPaths, shard: Shard, dimensions: int) -> Embeddings:
    """Return the rows (n, d) of a shard.

    Raises
    ------
    FileNotFoundError
        If the file is gone, as it is after a compaction.
    BrokenIndexError
        If it is not the shard that the catalogue describes.
    """
    import faiss

    path = paths.shard(shard.name)
    data = np.fromfile(path, dtype=np.uint8)
    if data[:4].tobytes() != _FLAT_IP:  # other kinds of index are not even parsed
        raise BrokenIndexError(path, "it is not a file of embeddings")
    try:
        index = faiss.deserialize_index(data)
    except RuntimeError as error:
        raise BrokenIndexError(path, "it is damaged") from error
    if (index.ntotal, index.d) != (shard.rows, dimensions):
        raise BrokenIndexError(
            path,
            f"it holds {index.ntotal} embeddings of {index.d} dimensions instead of "
            f"{shard.rows} of {dimensions}",
        )
    return _memory_of(index)


class ExactIndex:
    """Unit rows in one IndexFlatIP; `rows` is NumPy's view of the same memory.

    Parameters
    ----------
    paths : IndexPaths
        Where the shards are.
    n, d : int
        Number of rows and their length.
    gathers : iterable of Gather
        Every row must be a target once.
    """

    def __init__(self, paths: IndexPaths, n: int, d: int, gathers: Iterable[Gather]) -> None:
        import faiss

        self._index = faiss.IndexFlatIP(d)
        self._index.add(np.zeros((n, d), dtype=np.float32))
        self.rows: Embeddings = _memory_of(self._index)  # (n, d)
        for gather in gathers:
            self.rows[gather.target] = read_shard(paths, gather.shard, d)[gather.source]
        self.rows.flags.writeable = False

    def nearest(self, direction: Floats, k: int) -> tuple[Codes, Floats]:
        """Return the k rows with the greatest scalar product, best first, ties by row.

        FAISS works in float32, so its candidates are scored again in float64.
        What lies beyond them is too far below to matter, or more are fetched.
        """
        n, d = self.rows.shape
        k = min(k, n)
        if k <= 0:
            return np.empty(0, dtype=np.intp), np.empty(0)
        query = direction.astype(np.float32)[None]  # (1, d)
        # The bound on a float32 scalar product's error with a unit vector.
        slack = (d + 2) * 2.0**-23 * math.sqrt(float(direction @ direction))
        fetched = min(n, k + 32)
        while True:
            found, rows = self._index.search(query, fetched)
            rows = np.sort(rows[0]).astype(np.intp)
            exact = _scores(self.rows, rows, direction)
            best = np.lexsort((rows, -exact))[:k]
            if fetched == n or exact[best[-1]] > float(found[0, -1]) + slack:
                return rows[best], exact[best]
            fetched = min(n, 4 * fetched)


def _scores(embeddings: Embeddings, rows: Codes, direction: Floats) -> Floats:
    """Return float64 scalar products (k,), a few rows at a time to bound the memory."""
    scores = np.empty(len(rows))
    for start in range(0, len(rows), 4096):
        part = slice(start, start + 4096)
        # einsum adds up each row in the same order, so equal rows score equally.
        scores[part] = np.einsum("nd,d->n", embeddings[rows[part]].astype(np.float64), direction)
    return scores


class _Memory:
    """Lends a FAISS index's rows to NumPy and keeps the index alive meanwhile."""

    def __init__(self, index: Any) -> None:
        import faiss

        self.index = index
        rows = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
        self.__array_interface__ = {
            **rows.__array_interface__,
            "shape": (index.ntotal, index.d),
        }


def _memory_of(index: Any) -> Embeddings:
    if index.ntotal == 0:
        return np.empty((0, index.d), dtype=np.float32)
    return np.asarray(_Memory(index))
