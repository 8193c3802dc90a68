"""Perceptual hashes of an index's photos: indexing keeps them, what is missing is worked out."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from photorank.index.building.decode_ahead import usable_cores
from photorank.index.kept_arrays import keep_arrays, kept_arrays
from photorank.photos.hash_and_shape import hash_of_file
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_VERSION = 1  # of what the bits of a hash mean; those of another are made anew
_NONE = 256  # bits: the distance to a picture that cannot be read
_MOST = 4096  # hashes between two reports of progress


class PictureHashes:
    """The perceptual hashes of some photos, by row.

    Parameters
    ----------
    paths : IndexPaths
    digests : sequence of str
        Of the photos, by row.
    """

    def __init__(self, paths: IndexPaths, digests: Sequence[str]) -> None:
        self._paths = paths
        self._digests = digests
        self._known = _load(paths)
        self._kept = len(self._known)

    def distances(
        self, first: Codes, second: Codes, on_progress: Callable[[int, int], None]
    ) -> NDArray[np.intp]:
        """Return in how many of 64 bits the hashes of pairs of rows differ, (m,).

        About 32 for two different pictures; 256 where one cannot be read.
        """
        rows = np.unique(np.concatenate([first, second]))
        self._work_out(rows.tolist(), on_progress)
        hashes = np.array([self._known[self._digests[row]] or 0 for row in rows], dtype=np.uint64)
        readable = np.array([self._known[self._digests[row]] is not None for row in rows])
        one, other = np.searchsorted(rows, first), np.searchsorted(rows, second)
        differing = np.bitwise_count(hashes[one] ^ hashes[other]).astype(np.intp)
        return np.where(readable[one] & readable[other], differing, _NONE)

    def add(self, hashes: Mapping[str, int]) -> None:
        """Take in what was worked out elsewhere, by digest."""
        self._known.update(hashes)

    def keep(self) -> None:
        """Write what was worked out, for the next time; where that is impossible, it is not."""
        if len(self._known) == self._kept:
            return
        digests = [digest for digest, bits in self._known.items() if bits is not None]
        bits = np.array([self._known[digest] for digest in digests], dtype=np.uint64)
        names = np.array(digests, dtype="S64")
        if keep_arrays(self._paths.hashes, version=_VERSION, digests=names, bits=bits):
            self._kept = len(self._known)

    def _work_out(self, rows: Sequence[int], on_progress: Callable[[int, int], None]) -> None:
        wanted = sorted({self._digests[row] for row in rows} - self._known.keys())
        with ThreadPoolExecutor(usable_cores()) as pool:
            for start in range(0, len(wanted), _MOST):
                some = wanted[start : start + _MOST]
                files = [self._paths.thumbnail(digest) for digest in some]
                self._known.update(zip(some, pool.map(hash_of_file, files), strict=True))
                on_progress(start + len(some), len(wanted))


def keep_hashes(paths: IndexPaths, hashes: Mapping[str, int]) -> None:
    """Keep hashes that indexing worked out, by digest, beside those there are."""
    if not hashes:
        return
    all_of_them = PictureHashes(paths, [])
    all_of_them.add(hashes)
    all_of_them.keep()


def _load(paths: IndexPaths) -> dict[str, int | None]:
    """Hashes that were kept, none if they cannot be read."""
    kept = kept_arrays(paths.hashes, "version", "digests", "bits")
    if kept is None or int(kept["version"]) != _VERSION:
        return {}
    digests = [digest.decode("ascii") for digest in kept["digests"].tolist()]
    return dict(zip(digests, kept["bits"].tolist(), strict=True))
