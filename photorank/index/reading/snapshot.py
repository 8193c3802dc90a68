"""Parts of an open index, each loaded on first use and shared by all threads."""

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from photorank.index.catalogue.rooted_paths import as_path, path_bytes
from photorank.index.embeddings.row_positions import Layout, load_layout
from photorank.index.manifest import Manifest
from photorank.index.reading.memberships import Memberships, load_memberships
from photorank.index.reading.records import Photo
from photorank.index.reading.rows import Facts, Rows, load_facts, load_rows
from photorank.photos.metadata.capture_seconds import seconds_or_day
from photorank.typing import Codes, Embeddings, Floats
from photorank.workspace import IndexPaths

BEGINNING_BYTES = 8  # of a digest, which tell a photo from the others of its index
BEGINNING_DIGITS = 2 * BEGINNING_BYTES  # the same, as text
_DIGITS = frozenset("0123456789abcdef")


class _Once(cached_property[Any]):
    """Property that is computed on first use, once for all threads."""

    def __get__(self, held: Any, owner: type | None = None) -> Any:
        if held is None:
            return self
        with held._lock:
            return super().__get__(held, owner)


class PhotosByRow(Sequence[Photo]):
    """Sequence of all photos' records by row number, each made only when accessed."""

    def __init__(self, held: "Snapshot") -> None:
        self._held = held

    def __len__(self) -> int:
        return len(self._held.rows)

    @overload
    def __getitem__(self, row: int) -> Photo: ...

    @overload
    def __getitem__(self, row: slice) -> list[Photo]: ...

    def __getitem__(self, row: int | slice) -> Photo | list[Photo]:
        found, photo = range(len(self))[row], self._held.photo
        return photo(found) if isinstance(found, int) else list(map(photo, found))


class Snapshot:
    """Photos and embeddings of an index, as they were when first read."""

    def __init__(self, paths: IndexPaths, manifest: Manifest) -> None:
        self._paths = paths
        self._manifest = manifest
        self._lock = RLock()  # two threads would need the memory twice

    def photo(self, row: int) -> Photo:
        """Record of the photo with the given row number."""
        return Photo(
            self.rows.digest(row),
            as_path(self.rows.paths[row]),
            self.memberships.groups.of(row),
            self.memberships.series.of(row),
            *self.facts.of(row),
        )

    def matching(self, text: str) -> Iterator[int]:
        """Yield the row numbers of photos whose path contains a text, ignoring case."""
        wanted = text.lower()
        for row, path in enumerate(self.rows.paths):
            if wanted in os.fsdecode(path).lower():
                yield row

    def indexed_path(self, path: Path | str) -> Path:
        """Absolute path of a file, with symbolic links resolved if only that path is in the index.

        The path of a file that is not indexed is returned with its links unresolved.
        """
        names = [Path(os.path.abspath(path)), Path(os.path.realpath(path))]
        known = (name for name in names if self.rows.row_of(path_bytes(name)) is not None)
        return next(known, names[0])

    @_Once
    def layout(self) -> Layout:
        """`Layout` object: all embeddings in order, with the catalogue number of each photo."""
        return load_layout(
            self._paths, self._manifest.dimensions, self._manifest.fingerprint.blocks
        )

    @_Once
    def rows(self) -> Rows:
        """Table of the photos that have an existing file, one row per photo, sorted by path."""
        return load_rows(self._paths, self.layout.photos[self.layout.has_file])

    @_Once
    def positions(self) -> Codes:
        """Position (n,) of each photo's embedding in `layout`, the sequence of all embeddings."""
        at = np.flatnonzero(self.layout.has_file)
        positions = np.empty(len(at), dtype=np.intp)
        positions[self.rows.places(self.layout.photos[at])] = at
        return positions

    @_Once
    def memberships(self) -> Memberships:
        """Group (theme or event), series (burst), and dataset split of each photo."""
        return load_memberships(self._paths, self.rows)

    @_Once
    def facts(self) -> Facts:
        """Capture times, cameras and time sources (such as EXIF) of all photos."""
        return load_facts(self._paths, self.rows)

    @_Once
    def moments(self) -> Floats:
        """Capture times of all n photos in seconds since 1970, as a read-only array (n,)."""
        seconds = seconds_or_day([taken for taken, _, _ in self.facts.tolist()])
        seconds.flags.writeable = False
        return seconds

    @_Once
    def digests(self) -> list[str]:
        """Content digests of all photos, in row order."""
        return self.rows.all_digests()

    @_Once
    def beginnings(self) -> NDArray[np.uint8]:
        """First 8 bytes of all n photos' content digests, as a read-only array (n, 8)."""
        digits = self.rows.digests.beginnings(BEGINNING_DIGITS).tobytes().decode()
        return np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(-1, BEGINNING_BYTES)

    @_Once
    def _by_beginning(self) -> tuple[NDArray[np.uint64], Codes]:
        """Sorted integers from the first 8 bytes of photo digests, and the photos' row numbers."""
        numbers = self.beginnings.copy().view(">u8").ravel().astype(np.uint64)
        rows = np.argsort(numbers, kind="stable")
        return numbers[rows], rows

    def row_of_digest(self, digest: str) -> int | None:
        """Row number of the photo with a digest or digest prefix (16+ digits); None if absent."""
        begin = digest[:BEGINNING_DIGITS]
        if len(begin) < BEGINNING_DIGITS or not _DIGITS.issuperset(begin):
            return None
        numbers, rows = self._by_beginning
        number = np.uint64(int(begin, 16))
        first, end = (np.searchsorted(numbers, number, side) for side in ("left", "right"))
        same: list[int] = rows[first:end].tolist()
        return next((row for row in same if self.rows.digest(row).startswith(digest)), None)

    @_Once
    def photos_digest(self) -> str:
        """One SHA-256 of all photos' content digests, paths, capture times, cameras and series."""
        rows, facts = self.rows, self.facts
        columns = map(list, (rows.digests, rows.paths, facts.taken, facts.cameras))
        return sha256(repr((*columns, self.memberships.series.tolist())).encode()).hexdigest()

    @_Once
    def photos(self) -> list[Photo]:
        """Records of all photos, in row order."""
        belongs = self.memberships
        columns = zip(
            self.digests,
            map(as_path, self.rows.paths),
            belongs.groups.tolist(),
            belongs.series.tolist(),
            self.facts.tolist(),
            strict=True,
        )
        return [Photo(*column, *facts) for *column, facts in columns]

    @_Once
    def embeddings(self) -> Embeddings:
        """All embeddings (n, d), copied into memory, read-only."""
        rows = self.layout.mapped.take(self.positions)
        rows.flags.writeable = False
        return rows
