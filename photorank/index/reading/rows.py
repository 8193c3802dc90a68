"""Table of an index's photos that have an existing file, one row per photo, sorted by path."""

import sqlite3
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from photorank.errors import ChangedIndexError
from photorank.index.catalogue.column_arrays import Texts, mixed
from photorank.index.catalogue.connection import reading
from photorank.index.catalogue.file_records import load_roots
from photorank.index.catalogue.rooted_paths import as_path, path_order
from photorank.index.reading.records import Photo
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_BY_NUMBER = "photos NOT INDEXED"


class Files:
    """Absolute paths of files, stored compactly as root folder and relative path.

    `folders` maps a root's number to the beginning of its paths, `roots` (f,) holds each file's
    root, `below` the rest of its path.
    """

    def __init__(self, folders: dict[int, bytes], roots: Codes, below: Texts) -> None:
        self._folders = folders
        self._roots = roots
        self._below = below

    def __len__(self) -> int:
        return len(self._roots)

    def __getitem__(self, place: int) -> bytes:
        return self._folders[int(self._roots[place])] + (self._below[place] or b"")

    def __iter__(self) -> Iterator[bytes]:
        folders = self._folders
        for root, path in zip(self._roots.tolist(), self._below, strict=True):
            yield folders[root] + (path or b"")

    def take(self, places: Codes) -> "Files":
        """Paths at the given positions, as a new :class:`Files`."""
        return Files(self._folders, self._roots[places], self._below.take(places))

    def order(self) -> Codes:
        """Positions (f,) that would sort all f paths folder by folder, like `numpy.argsort`."""
        # What `path_order` does to a path is done to all of them at once.
        keys = Files(
            {root: path_order(folder) for root, folder in self._folders.items()},
            self._roots,
            self._below.replace(b"/", path_order(b"/")),
        )
        several = len(np.unique(self._roots)) > 1
        by = list(keys if several else keys._below)
        return np.array(sorted(range(len(self)), key=lambda place: by[place] or b""), np.intp)

    def find(self, path: bytes) -> int | None:
        """Position of a path among these paths, which must be sorted; None if it is absent."""
        place = bisect_left(range(len(self)), path_order(path), key=lambda at: path_order(self[at]))
        return place if place < len(self) and self[place] == path else None


class Rows:
    """Table of the photos with an existing file, one row per photo, sorted by path.

    `photos` (f,) is the photo's number of each of the sorted `files`; `known` are numbers of
    photos, ascending, and `digests` theirs.
    """

    def __init__(self, photos: Codes, files: Files, known: Codes, digests: Texts) -> None:
        firsts = np.sort(np.unique(photos, return_index=True)[1])
        self.photos = photos[firsts]  # (n,) their numbers in the catalogue
        self.paths = files.take(firsts)  # of the first file of each
        self.digests = digests.take(_places(known, self.photos))
        self._row_of = np.full(int(self.photos.max(initial=0)) + 1, -1, dtype=np.intp)
        self._row_of[self.photos] = np.arange(len(self.photos))
        self._files, self._rows = files, self._row_of[photos]

    def __len__(self) -> int:
        return len(self.photos)

    def digest(self, row: int) -> str:
        """Content digest of the photo with the given row number."""
        return _text(self.digests[row]) or ""

    def all_digests(self) -> list[str]:
        """Content digests of all photos, in row order."""
        return [_text(digest) or "" for digest in self.digests]

    def row_of(self, path: bytes) -> int | None:
        """Row number of the photo that was indexed from a file; None if the file is not indexed."""
        place = self._files.find(path)
        return None if place is None else int(self._rows[place])

    def files(self) -> Iterator[tuple[bytes, int]]:
        """Yield every file's path and its photo's row number, copies included, sorted by path."""
        return zip(self._files, self._rows.tolist(), strict=True)

    def places(self, photos: ArrayLike) -> Codes:
        """Row numbers of photos given by catalogue number; -1 for a photo without a file."""
        wanted = np.asarray(photos, dtype=np.intp)
        known = (wanted >= 0) & (wanted < len(self._row_of))
        return np.where(known, self._row_of[np.where(known, wanted, 0)], -1)

    def find(self, photos: ArrayLike) -> tuple[Codes, Codes]:
        """Row numbers of photos given by catalogue number; photos without a file are left out.

        Also the positions in `photos` of the photos with a file.
        """
        places = self.places(photos)
        kept = np.flatnonzero(places >= 0)
        return places[kept], kept


Fact: TypeAlias = tuple[str | None, str | None, str | None]


class Facts(NamedTuple):
    """Capture times, cameras and time sources (such as EXIF) of all photos."""

    taken: Texts
    cameras: Texts
    sources: Texts

    def of(self, row: int) -> Fact:
        """Capture time, camera and time source (such as EXIF) of the photo with this row number."""
        return _text(self.taken[row]), _text(self.cameras[row]), _text(self.sources[row])

    def tolist(self) -> list[Fact]:
        """Tuples (capture time, camera, time source such as EXIF), one per photo, in row order."""
        return list(zip(*(map(_text, texts) for texts in self), strict=True))

    def dated_by(self) -> Counter[str]:
        """Number of photos by source of the capture time (such as EXIF); key "" means unknown."""
        return Counter(_text(source) or "" for source in self.sources)


def load_rows(paths: IndexPaths, among: Codes | None = None) -> Rows:
    """Table of the photos that have an existing file, one row per photo, sorted by path.

    With `among`, only of the photos with these catalogue numbers; ChangedIndexError if one of
    these photos has no file any more.
    """
    with reading(paths) as connection:
        folders = _folders(connection)
        (roots, photos), (below,) = mixed(
            connection, ["root", "photo"], ["path"], "files WHERE NOT vanished"
        )
        (known,), (digests,) = mixed(connection, ["id"], ["digest"], _BY_NUMBER)
    files = Files(folders, roots, below)
    if among is not None:
        wanted = np.flatnonzero(np.isin(photos, among))
        files, photos = files.take(wanted), photos[wanted]
    order = files.order()
    rows = Rows(photos[order], files.take(order), known, digests)
    if among is not None and len(rows) < len(among):
        raise ChangedIndexError(paths.name)
    return rows


def load_facts(paths: IndexPaths, rows: Rows) -> Facts:
    """Capture times, cameras and time sources (such as EXIF) of the photos in `rows`.

    All three are missing for a photo that has been deleted since.
    """
    with reading(paths) as connection:
        (known,), facts = mixed(connection, ["id"], ["taken", "camera", "taken_from"], _BY_NUMBER)
    places = _places(known, rows.photos)
    return Facts(*(column.take(places) for column in facts))


def one_photo(connection: sqlite3.Connection, beginning: str) -> tuple[str, int] | None:
    """Digest and catalogue number of the only photo whose digest has the given prefix, or None."""
    found = connection.execute(
        "SELECT digest, id FROM photos WHERE digest >= ? AND digest < ? AND shard IS NOT NULL"
        " LIMIT 2",
        [beginning, f"{beginning}g"],  # after every hexadecimal digit
    ).fetchall()
    return found[0] if beginning and len(found) == 1 else None


def photo_of_digest_prefix(paths: IndexPaths, beginning: str) -> tuple[str, int] | None:
    """Digest and database ID of the photo with a digest prefix; None unless one photo matches."""
    with reading(paths) as connection:
        return one_photo(connection, beginning)


def load_photos(paths: IndexPaths, numbers: Codes) -> list[Photo]:
    """Records of photos given by catalogue number, without reading the rest of the catalogue.

    Raises ChangedIndexError if one of them has no file any more.
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
            digest, *facts = connection.execute(
                "SELECT digest, taken, camera, nullif(taken_from, '') FROM photos WHERE id = ?",
                [number],
            ).fetchone()
            group, series = connection.execute(
                'SELECT max("group"), max(series) FROM memberships WHERE photo = ?', [number]
            ).fetchone()
            path = min((folders[root] + path for root, path in files), key=path_order)
            photos.append(Photo(digest, as_path(path), group, series, *facts))
    return photos


def _folders(connection: sqlite3.Connection) -> dict[int, bytes]:
    """Dictionary from root folder number to the folder's absolute path, which ends in '/'."""
    folders = load_roots(connection).folders
    return {root: folder.rstrip(b"/") + b"/" for root, folder in folders.items()}


def _places(known: Codes, wanted: Codes) -> Codes:
    """Positions of the wanted numbers in the ascending array `known`; -1 for absent numbers."""
    places = np.searchsorted(known, wanted)
    found = np.append(known, -1)[places] == wanted
    return np.where(found, places, -1)


def _text(data: bytes | None) -> str | None:
    return data.decode(errors="replace") if data else None
