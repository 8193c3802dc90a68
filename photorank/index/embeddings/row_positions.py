"""Embeddings of all shard files as one sequence, and the photo of each embedding."""

import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.encoders.blocks import Blocks
from photorank.errors import BrokenIndexError
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.catalogue.column_arrays import whole_numbers
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import Shard
from photorank.index.catalogue.row_checksums import totals
from photorank.index.embeddings.exact_search import MappedRows
from photorank.index.embeddings.shards import check_first_use, read_shard, rows_sha256
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_ATTEMPTS = 3  # to open shards while they are being compacted
# Bytes of shards up to which their checksums take a tenth of a second: less than a tenth of what a
# command takes that opens an index.
_QUICK_BYTES = 1 << 26
_TABLES = ("shards", "photos", "files")  # whose checksums change whenever a layout may
_KEPT_FROM = 100_000  # positions: fewer are read from the catalogue in less than 0.05 s


class Layout(NamedTuple):
    """All embeddings of an index as one sequence, and their photos' catalogue numbers."""

    mapped: MappedRows  # (p, d) by position
    photos: Codes  # (p,) each one's number in the catalogue, -1 where no file is left of it
    shards: list[Shard]  # as the catalogue has them

    @property
    def has_file(self) -> NDArray[np.bool_]:
        """Mask (p,) over the p embeddings: True if the embedding's photo has an existing file."""
        return self.photos >= 0

    def damaged_shard(self) -> str | None:
        """Name of the first shard with a wrong checksum; None if all checksums are right."""
        with ThreadPoolExecutor() as threads:
            sums = threads.map(rows_sha256, self.mapped.shards)
            for shard, sha256 in zip(self.shards, sums, strict=True):
                if shard.sha256 != sha256:
                    return shard.name
        return None

    def photos_with_file(self, photos: ArrayLike) -> NDArray[np.bool_]:
        """Boolean array over the given catalogue numbers: True for photos with an existing file."""
        wanted = np.asarray(photos, dtype=np.intp)
        present = np.zeros(max(self.photos.max(initial=0), wanted.max(initial=0)) + 1, dtype=bool)
        present[self.photos[self.has_file]] = True
        return present[wanted]


def load_layout(paths: IndexPaths, dimensions: int, blocks: Blocks | None = None) -> Layout:
    """Embeddings of an index as one sequence (:class:`Layout`) over memory-mapped shard files.

    Raises BrokenIndexError if a shard is missing or damaged.
    """
    # A compaction may take a shard away just before it is opened. Embeddings never change,
    # so the same ones are where the catalogue says they are now.
    for _ in range(_ATTEMPTS):
        try:
            return _layout(paths, dimensions, blocks)
        except FileNotFoundError as error:
            missing = Path(error.filename).name
    raise BrokenIndexError(paths.shards, f"{missing} is missing")


def _layout(paths: IndexPaths, dimensions: int, blocks: Blocks | None) -> Layout:
    with reading(paths) as connection:
        known = connection.execute("SELECT id, name, rows, sha256 FROM shards ORDER BY id")
        named = {number: Shard(*shard) for number, *shard in known}
        shards = list(named.values())
        sums = np.array(totals(connection, _TABLES))
        photos = _cached_photo_numbers(paths, sums, sum(one.rows for one in shards))
        is_kept = photos is not None
        if photos is None:
            photos = _photo_numbers(connection, named)
    if not is_kept and len(photos) >= _KEPT_FROM and len(sums) == len(_TABLES):
        cache_arrays(paths.positions, photos=photos, sums=sums)
    rows = [read_shard(paths, one, dimensions) for one in shards]
    quick = sum(one.nbytes for one in rows) <= _QUICK_BYTES
    check = partial(_check_first_use, paths, shards) if quick else None
    return Layout(MappedRows(rows, dimensions, paths.shards, check, blocks), photos, shards)


def _photo_numbers(connection: sqlite3.Connection, named: Mapping[int, Shard]) -> Codes:
    """Catalogue number of each embedding's photo, as an array (p,); -1 if the photo has no file."""
    photo, shard, row = whole_numbers(
        connection, ["id", "shard", "row"], "photos WHERE shard IS NOT NULL"
    )
    live = _with_file(connection, len(photo))
    if live is not None:
        kept = np.isin(photo, live)
        photo, shard, row = photo[kept], shard[kept], row[kept]
    starts = np.cumsum([0, *(one.rows for one in named.values())])
    photos = np.full(starts[-1], -1, dtype=np.intp)
    numbers = np.fromiter(named, dtype=np.intp, count=len(named))
    photos[starts[np.searchsorted(numbers, shard)] + row] = photo
    return photos


def _cached_photo_numbers(paths: IndexPaths, sums: Codes, positions: int) -> Codes | None:
    """Cached catalogue number of each embedding's photo, as an array (p,); None if outdated."""
    if positions < _KEPT_FROM or len(sums) < len(_TABLES):  # an older photorank kept no sums
        return None
    kept = cached_arrays(paths.positions, "photos", "sums")
    if kept is None or not np.array_equal(kept["sums"], sums):
        return None
    return kept["photos"] if kept["photos"].shape == (positions,) else None


def _check_first_use(paths: IndexPaths, shards: Sequence[Shard]) -> None:
    for shard in shards:
        with suppress(FileNotFoundError):  # compacted meanwhile; it is mapped all the same
            check_first_use(paths.shard(shard.name), shard)


def _with_file(connection: sqlite3.Connection, embedded: int) -> Codes | None:
    """Catalogue numbers of photos whose file exists; None if every embedded photo has a file."""
    # Most often they do, and counting is much faster than listing.
    (with_file,) = connection.execute("SELECT count(DISTINCT photo) FROM files").fetchone()
    vanished = connection.execute("SELECT 1 FROM files WHERE vanished LIMIT 1").fetchone()
    if with_file == embedded and not vanished:
        return None
    return whole_numbers(connection, ["photo"], "files WHERE NOT vanished")[0]
