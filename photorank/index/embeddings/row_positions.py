"""Embedding positions: the shards as one sequence of rows, and the photo of each row."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.errors import BrokenIndexError
from photorank.index.catalogue.column_arrays import whole_numbers
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import Shard
from photorank.index.embeddings.exact_search import MappedRows
from photorank.index.embeddings.shards import read_shard
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_ATTEMPTS = 3  # to find shards that are being compacted


class Layout(NamedTuple):
    """Shards of an index as one sequence of rows, and the photo at each row position."""

    mapped: MappedRows  # (p, d) by position
    photos: Codes  # (p,) each one's number in the catalogue, -1 where no file is left of it

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Mask (p,) of the positions that belong to a photo with an existing file."""
        return self.photos >= 0

    def shown(self, photos: ArrayLike) -> NDArray[np.bool_]:
        """Mask of the photos, given by catalogue number, that have an existing file."""
        wanted = np.asarray(photos, dtype=np.intp)
        has_file = np.zeros(max(self.photos.max(initial=0), wanted.max(initial=0)) + 1, dtype=bool)
        has_file[self.photos[self.counts]] = True
        return has_file[wanted]


def load_layout(paths: IndexPaths, dimensions: int) -> Layout:
    """Current layout of an index, with its shards memory-mapped.

    Raises BrokenIndexError if a shard is missing or damaged.
    """
    # A compaction may take a shard away just before it is opened. Embeddings never change,
    # so the same ones are where the catalogue says they are now.
    for _ in range(_ATTEMPTS):
        try:
            return _layout(paths, dimensions)
        except FileNotFoundError as error:
            missing = Path(error.filename).name
    raise BrokenIndexError(paths.shards, f"{missing} is missing")


def _layout(paths: IndexPaths, dimensions: int) -> Layout:
    with reading(paths) as connection:
        shards = connection.execute("SELECT id, name, rows, sha256 FROM shards ORDER BY id")
        named = {number: Shard(*shard) for number, *shard in shards}
        photo, shard, row = whole_numbers(
            connection, ["id", "shard", "row"], "photos WHERE shard IS NOT NULL"
        )
        live = _live(connection, len(photo))
    if live is not None:
        kept = np.isin(photo, live)
        photo, shard, row = photo[kept], shard[kept], row[kept]
    mapped = MappedRows([read_shard(paths, one, dimensions) for one in named.values()], dimensions)
    photos = np.full(len(mapped), -1, dtype=np.intp)
    numbers = np.fromiter(named, dtype=np.intp, count=len(named))
    photos[mapped.starts[np.searchsorted(numbers, shard)] + row] = photo
    return Layout(mapped, photos)


def _live(connection: sqlite3.Connection, embedded: int) -> Codes | None:
    """Catalogue numbers of photos that have a file; None if all embedded photos have one."""
    # Most often they do, and counting is much faster than listing.
    (with_file,) = connection.execute("SELECT count(DISTINCT photo) FROM files").fetchone()
    vanished = connection.execute("SELECT 1 FROM files WHERE vanished LIMIT 1").fetchone()
    if with_file == embedded and not vanished:
        return None
    return whole_numbers(connection, ["photo"], "files WHERE NOT vanished")[0]
