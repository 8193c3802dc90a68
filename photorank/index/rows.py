"""The rows of an index: its photos of one moment as columns, and what is joined to them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import BrokenIndexError, ChangedIndexError
from photorank.index.catalogue import reading
from photorank.index.ledger import load_roots
from photorank.index.places import path_order
from photorank.index.shards import ExactIndex, Gather, Shard
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_ATTEMPTS = 3  # to find shards that are being compacted


class Rows(NamedTuple):
    """The photos that have a file, sorted by path."""

    photos: Codes  # (n,) their numbers in the catalogue
    digests: list[str]
    paths: list[bytes]  # of the first file of each
    taken: list[str | None]
    cameras: list[str | None]
    by_path: dict[bytes, int]  # the row of every file, copies too

    def places(self, photos: ArrayLike) -> Codes:
        """Return the rows of photos by their numbers, -1 where a photo has no file now."""
        wanted = np.asarray(photos, dtype=np.intp)
        if not len(self.photos):
            return np.full(wanted.shape, -1, dtype=np.intp)
        order = np.argsort(self.photos)
        rank = np.searchsorted(self.photos, wanted, sorter=order)
        place = order[np.minimum(rank, len(order) - 1)]
        return np.where(self.photos[place] == wanted, place, -1)

    def find(self, photos: ArrayLike) -> tuple[Codes, Codes]:
        """Return the rows of those photos that have one, and which of the photos they are."""
        places = self.places(photos)
        kept = np.flatnonzero(places >= 0)
        return places[kept], kept


class Memberships(NamedTuple):
    """The group and the series of each row."""

    groups: list[str | None]
    series: list[str | None]


def load_rows(paths: IndexPaths) -> Rows:
    """Return the photos of this moment."""
    with reading(paths) as connection:
        folders = {
            root: folder.rstrip(b"/") + b"/"
            for root, folder in load_roots(connection).folders.items()
        }
        files = [
            (folders[root] + path, photo, digest, taken, camera)
            for root, path, photo, digest, taken, camera in connection.execute(
                "SELECT files.root, files.path, photos.id, photos.digest, photos.taken,"
                " photos.camera"
                " FROM files JOIN photos ON photos.id = files.photo WHERE NOT files.vanished"
            )
        ]
    files.sort(key=lambda file: path_order(file[0]))
    row_of: dict[int, int] = {}
    by_path = {path: row_of.setdefault(photo, len(row_of)) for path, photo, *_ in files}
    rows = Rows(np.array(list(row_of), dtype=np.intp), [], [], [], [], by_path)
    for path, photo, digest, taken, camera in files:
        if row_of[photo] == len(rows.digests):  # else it is a copy
            rows.digests.append(digest)
            rows.paths.append(path)
            rows.taken.append(taken)
            rows.cameras.append(camera)
    return rows


def load_memberships(paths: IndexPaths, rows: Rows) -> Memberships:
    """Return the groups and series of the rows; sources never contradict each other."""
    with reading(paths) as connection:
        named = connection.execute(
            'SELECT photo, max("group"), max(series) FROM memberships GROUP BY photo'
        ).fetchall()
    n = len(rows.digests)
    memberships = Memberships([None] * n, [None] * n)
    found, kept = rows.find([photo for photo, _, _ in named])
    for row, source in zip(found.tolist(), kept.tolist(), strict=True):
        _, memberships.groups[row], memberships.series[row] = named[source]
    return memberships


def coded(names: Sequence[str | None]) -> tuple[Codes, list[str]]:
    """Return a number for each name, in alphabetical order, -1 for no name; and the names.

    Examples
    --------
    >>> coded(["b", None, "a", "b"])
    (array([ 1, -1,  0,  1]), ['a', 'b'])
    """
    known = sorted({name for name in names if name is not None})
    number = {name: code for code, name in enumerate(known)}
    codes = [-1 if name is None else number[name] for name in names]
    return np.array(codes, dtype=np.intp), known


def load_embeddings(paths: IndexPaths, rows: Rows, dimensions: int) -> ExactIndex:
    """Return the rows' embeddings, from wherever they are by now.

    Raises
    ------
    ChangedIndexError
        If some have been pruned since the rows were loaded.
    BrokenIndexError
        If a shard is missing or damaged.
    """
    # A compaction may take a shard away just before it is opened. Embeddings never change,
    # so the same ones are where the catalogue says they are now.
    for _ in range(_ATTEMPTS):
        try:
            return ExactIndex(paths, len(rows.digests), dimensions, _gathers(paths, rows))
        except FileNotFoundError as error:
            missing = Path(error.filename).name
    raise BrokenIndexError(paths.shards, f"{missing} is missing")


def _gathers(paths: IndexPaths, rows: Rows) -> Iterator[Gather]:
    """Yield, shard by shard, which of its rows become which."""
    with reading(paths) as connection:
        shards = connection.execute("SELECT id, name, rows, sha256 FROM shards").fetchall()
        positions = connection.execute(
            "SELECT id, shard, row FROM photos WHERE shard IS NOT NULL ORDER BY shard, row"
        ).fetchall()
    photo, shard, row = np.array(positions, dtype=np.intp).reshape(-1, 3).T
    target, kept = rows.find(photo)
    if len(target) < len(rows.digests):
        raise ChangedIndexError(paths.name)
    shard, row = shard[kept], row[kept]
    for number, *rest in shards:
        part = slice(*np.searchsorted(shard, [number, number + 1]))
        if part.start < part.stop:
            yield Gather(Shard(*rest), row[part], target[part])
