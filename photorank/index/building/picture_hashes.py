"""Perceptual hashes of an index's photos: cached by indexing, computed where missing."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from photorank.index.building.decode_ahead import usable_cores
from photorank.index.kept_arrays import keep_arrays, kept_arrays
from photorank.photos.hash_and_shape import hash_of_file
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_HASH_VERSION = 1  # kept hashes of another version are computed anew
_UNREADABLE_DISTANCE_BITS = 256  # more than any two hashes differ in
_HASHES_A_REPORT = 4096  # between two calls of `on_progress`


class PictureHashes:
    """Perceptual hashes of photos, in the order of `digests`."""

    def __init__(self, paths: IndexPaths, digests: Sequence[str]) -> None:
        self._paths = paths
        self._digests = digests
        self._known = _load(paths)
        self._kept = len(self._known)

    def distances(
        self, first: Codes, second: Codes, on_progress: Callable[[int, int], None]
    ) -> NDArray[np.intp]:
        """Hamming distances (m,) in bits, of 64, between the hashes of pairs of rows.

        About 32 for two different pictures; 256 where one cannot be read.
        """
        rows = np.unique(np.concatenate([first, second]))
        self._work_out(rows.tolist(), on_progress)
        hashes = np.array([self._known[self._digests[row]] or 0 for row in rows], dtype=np.uint64)
        readable = np.array([self._known[self._digests[row]] is not None for row in rows])
        one, other = np.searchsorted(rows, first), np.searchsorted(rows, second)
        differing = np.bitwise_count(hashes[one] ^ hashes[other]).astype(np.intp)
        return np.where(readable[one] & readable[other], differing, _UNREADABLE_DISTANCE_BITS)

    def add(self, hashes: Mapping[str, int]) -> None:
        """Add hashes that were computed elsewhere, by photo digest."""
        self._known.update(hashes)

    def keep(self) -> None:
        """Write new hashes to the cache file; a read-only or full disk is no error."""
        if len(self._known) == self._kept:
            return
        digests = [digest for digest, bits in self._known.items() if bits is not None]
        bits = np.array([self._known[digest] for digest in digests], dtype=np.uint64)
        names = np.array(digests, dtype="S64")
        if keep_arrays(self._paths.hashes, version=_HASH_VERSION, digests=names, bits=bits):
            self._kept = len(self._known)

    def _work_out(self, rows: Sequence[int], on_progress: Callable[[int, int], None]) -> None:
        wanted = sorted({self._digests[row] for row in rows} - self._known.keys())
        with ThreadPoolExecutor(usable_cores()) as pool:
            for start in range(0, len(wanted), _HASHES_A_REPORT):
                some = wanted[start : start + _HASHES_A_REPORT]
                files = [self._paths.thumbnail(digest) for digest in some]
                self._known.update(zip(some, pool.map(hash_of_file, files), strict=True))
                on_progress(start + len(some), len(wanted))


def keep_hashes(paths: IndexPaths, hashes: Mapping[str, int]) -> None:
    """Add hashes, by photo digest, to the index's cache file of hashes."""
    if not hashes:
        return
    all_of_them = PictureHashes(paths, [])
    all_of_them.add(hashes)
    all_of_them.keep()


def _load(paths: IndexPaths) -> dict[str, int | None]:
    """Cached hashes by photo digest; empty if the cache file cannot be read."""
    kept = kept_arrays(paths.hashes, "version", "digests", "bits")
    if kept is None or int(kept["version"]) != _HASH_VERSION:
        return {}
    digests = [digest.decode("ascii") for digest in kept["digests"].tolist()]
    return dict(zip(digests, kept["bits"].tolist(), strict=True))
