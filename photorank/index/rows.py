"""The rows of an index: its photos of one moment as columns, and what is joined to them."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from photorank.errors import BrokenIndexError, ChangedIndexError
from photorank.index.catalogue import reading
from photorank.index.ledger import load_roots
from photorank.index.places import as_path, path_order
from photorank.index.records import Photo
from photorank.index.search import MappedRows
from photorank.index.shards import Shard, read_shard
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_ATTEMPTS = 3  # to find shards that are being compacted


class Layout(NamedTuple):
    """Where the embeddings lie, and whose they are."""

    mapped: MappedRows  # (p, d) by position
    photos: Codes  # (p,) each one's number in the catalogue, -1 where no file is left of it

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Tell of which positions there is a file, (p,)."""
        return self.photos >= 0

    def shown(self, photos: ArrayLike) -> NDArray[np.bool_]:
        """Tell which photos there is a file of, by their numbers."""
        wanted = np.asarray(photos, dtype=np.intp)
        has_file = np.zeros(max(self.photos.max(initial=0), wanted.max(initial=0)) + 1, dtype=bool)
        has_file[self.photos[self.counts]] = True
        return has_file[wanted]


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
        row_of = np.full(int(self.photos.max()) + 1, -1, dtype=np.intp)
        row_of[self.photos] = np.arange(len(self.photos))
        known = (wanted >= 0) & (wanted < len(row_of))
        return np.where(known, row_of[np.where(known, wanted, 0)], -1)

    def find(self, photos: ArrayLike) -> tuple[Codes, Codes]:
        """Return the rows of those photos that have one, and which of the photos they are."""
        places = self.places(photos)
        kept = np.flatnonzero(places >= 0)
        return places[kept], kept


class Memberships(NamedTuple):
    """Where each row belongs."""

    groups: list[str | None]
    series: list[str | None]
    splits: list[str | None]  # train, validation or test


def load_layout(paths: IndexPaths, dimensions: int) -> Layout:
    """Return where the embeddings of this moment lie, their files mapped.

    Raises
    ------
    BrokenIndexError
        If a shard is missing or damaged.
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
        placed = connection.execute("SELECT id, shard, row FROM photos WHERE shard IS NOT NULL")
        photo, shard, row = columns(placed, np.intp, np.intp, np.intp)
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
    """Return the photos that have a file, None if all that are embedded do."""
    # Most often they do, and counting is much faster than listing.
    (with_file,) = connection.execute("SELECT count(DISTINCT photo) FROM files").fetchone()
    vanished = connection.execute("SELECT 1 FROM files WHERE vanished LIMIT 1").fetchone()
    if with_file == embedded and not vanished:
        return None
    files = connection.execute("SELECT photo FROM files WHERE NOT vanished")
    (photos,) = columns(files, np.intp)
    return photos


def load_rows(paths: IndexPaths, among: Codes | None = None) -> Rows:
    """Return the photos of this moment.

    Parameters
    ----------
    paths : IndexPaths
    among : ndarray of shape (n,), optional
        The photos that are wanted, by their numbers.

    Raises
    ------
    ChangedIndexError
        If one of these has no file any more.
    """
    with reading(paths) as connection:
        folders = _folders(connection)
        files = [
            (folders[root] + path, photo, digest, taken, camera)
            for root, path, photo, digest, taken, camera in connection.execute(
                "SELECT files.root, files.path, photos.id, photos.digest, photos.taken,"
                " photos.camera"
                " FROM files JOIN photos ON photos.id = files.photo WHERE NOT files.vanished"
            )
        ]
    if among is not None:
        wanted = set(among.tolist())
        files = [file for file in files if file[1] in wanted]
    files.sort(key=lambda file: path_order(file[0]))
    row_of: dict[int, int] = {}
    by_path = {path: row_of.setdefault(photo, len(row_of)) for path, photo, *_ in files}
    if among is not None and len(row_of) < len(among):
        raise ChangedIndexError(paths.name)
    rows = Rows(np.fromiter(row_of, dtype=np.intp, count=len(row_of)), [], [], [], [], by_path)
    for path, photo, digest, taken, camera in files:
        if row_of[photo] == len(rows.digests):  # else it is a copy
            rows.digests.append(digest)
            rows.paths.append(path)
            rows.taken.append(taken)
            rows.cameras.append(camera)
    return rows


def load_photos(paths: IndexPaths, numbers: Codes) -> list[Photo]:
    """Return a few photos by their numbers in the catalogue, without a look at the others.

    Raises
    ------
    ChangedIndexError
        If one of them has no file any more.
    """
    photos = []
    with reading(paths) as connection:
        folders = _folders(connection)
        for number in numbers.tolist():
            files = connection.execute(
                "SELECT root, path FROM files WHERE photo = ? AND NOT vanished", [number]
            ).fetchall()
            if not files:
                raise ChangedIndexError(paths.name)
            digest, taken, camera = connection.execute(
                "SELECT digest, taken, camera FROM photos WHERE id = ?", [number]
            ).fetchone()
            group, series = connection.execute(
                'SELECT max("group"), max(series) FROM memberships WHERE photo = ?', [number]
            ).fetchone()
            path = min((folders[root] + path for root, path in files), key=path_order)
            photos.append(Photo(digest, as_path(path), group, series, taken, camera))
    return photos


def _folders(connection: sqlite3.Connection) -> dict[int, bytes]:
    """Return the beginning of the paths in each root."""
    folders = load_roots(connection).folders
    return {root: folder.rstrip(b"/") + b"/" for root, folder in folders.items()}


def load_memberships(paths: IndexPaths, rows: Rows) -> Memberships:
    """Return where the rows belong; sources never contradict each other."""
    with reading(paths) as connection:
        named = connection.execute(
            'SELECT photo, "group", series, split FROM memberships'
        ).fetchall()
    photos, *values = zip(*named, strict=True) if named else [()] * 4
    places = rows.places(photos)
    found: list[list[str | None]] = []
    for names in values:
        column = np.full(len(rows.digests), None, dtype=object)
        given = np.array(names, dtype=object)
        told = (places >= 0) & (given != None)  # noqa: E711 - of each one
        column[places[told]] = given[told]
        found.append(column.tolist())
    return Memberships(*found)


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


def columns(found: Iterable[tuple[Any, ...]], *kinds: type) -> list[NDArray[Any]]:
    """Return the columns of a query's numbers as arrays (m,), one of each kind.

    Examples
    --------
    >>> columns([(1, 0.5), (2, 0.25)], np.intp, np.float64)
    [array([1, 2]), array([0.5 , 0.25])]
    """
    table = np.fromiter(found, dtype=[(str(place), kind) for place, kind in enumerate(kinds)])
    return [np.ascontiguousarray(table[name]) for name in table.dtype.names or ()]
