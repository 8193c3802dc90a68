"""Perceptual hashes and 16 × 16 grey images of an index's photos, cached on disk."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from photorank.cores import usable_cores
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.imported_digests import is_imported
from photorank.photos.grey_fingerprint import BYTES
from photorank.photos.hash_and_shape import PictureCodes, codes_of_file
from photorank.typing import Codes
from photorank.workspace import IndexPaths

_VERSION = 2  # of cached codes; others are recomputed
_UNREADABLE_DISTANCE_BITS = 256  # greater than between any two hashes
_CODES_A_REPORT = 4096  # between two calls of `on_progress`


class PictureHashes:
    """Perceptual hash and 16 × 16 grey image of each photo, computed when first needed."""

    def __init__(self, paths: IndexPaths, digests: Sequence[str]) -> None:
        self._paths = paths
        self._digests = digests
        self._place: dict[str, int] = {}  # in the columns, by a photo's digest
        self._bits = np.empty(0, dtype=np.uint64)
        self._greys = np.empty((0, BYTES), dtype=np.uint8)  # zeros where a photo is not readable
        self._readable = np.empty(0, dtype=bool)
        if kept := _load(paths):
            known, self._bits, self._greys = kept
            self._place = dict(zip(known, range(len(known)), strict=True))
            self._readable = np.ones(len(known), dtype=bool)
        self._kept = len(self._place)

    def distances(
        self, first: Codes, second: Codes, on_progress: Callable[[int, int], None]
    ) -> NDArray[np.intp]:
        """Hamming distances (m,) in bits between the perceptual hashes of m pairs of photos.

        About 32 for two different pictures; 256 where one cannot be read.
        """
        rows = np.unique(np.concatenate([first, second]))
        places = self._places(rows, on_progress)
        one, other = (places[np.searchsorted(rows, half)] for half in (first, second))
        differing = np.bitwise_count(self._bits[one] ^ self._bits[other]).astype(np.intp)
        readable = self._readable[one] & self._readable[other]
        return np.where(readable, differing, _UNREADABLE_DISTANCE_BITS)

    def greys(self, rows: Codes) -> NDArray[np.uint8]:
        """Grey images (k, 128) of k photos: 16 × 16 pixels of 4 bits, two to a byte.

        Zeros for a photo that cannot be read.
        """
        places = self._places(rows, lambda done, total: None)  # may replace the greys
        return self._greys[places]

    def add(self, codes: Mapping[str, PictureCodes | None]) -> None:
        """Add perceptual hashes and grey images, keyed by digest; None means an unreadable photo.

        Those that are known stay as they are.
        """
        new = {digest: one for digest, one in codes.items() if digest not in self._place}
        begin = len(self._place)
        self._place.update(zip(new, range(begin, begin + len(new)), strict=True))
        bits = [one.hash_bits if one else 0 for one in new.values()]
        greys = b"".join(one.grey if one else bytes(BYTES) for one in new.values())
        self._bits = np.concatenate([self._bits, np.array(bits, dtype=np.uint64)])
        self._greys = np.vstack([self._greys, np.frombuffer(greys, np.uint8).reshape(-1, BYTES)])
        readable = np.array([one is not None for one in new.values()], dtype=bool)
        self._readable = np.concatenate([self._readable, readable])

    @property
    def unreadable(self) -> bool:
        """True if any thumbnail read so far was unreadable, except those of imported photos."""
        digests = list(self._place)
        unread = np.flatnonzero(~self._readable).tolist()
        return not all(is_imported(digests[place]) for place in unread)

    def keep(self) -> None:
        """Save newly computed hashes and grey images in the cache file, if it can be written."""
        if len(self._place) == self._kept:
            return
        arrays = {
            "digests": np.array(list(self._place), dtype="S64")[self._readable],
            "bits": self._bits[self._readable],
            "greys": self._greys[self._readable].ravel(),
        }
        if cache_arrays(self._paths.hashes, version=_VERSION, **arrays):
            self._kept = len(self._place)

    def _places(self, rows: Codes, on_progress: Callable[[int, int], None]) -> Codes:
        """Indices (k,) of k photos in the hash arrays; missing hashes are computed first."""
        digests = [self._digests[row] for row in rows.tolist()]
        self._work_out(digests, on_progress)
        return np.array([self._place[digest] for digest in digests], dtype=np.intp)

    def _work_out(self, digests: Sequence[str], on_progress: Callable[[int, int], None]) -> None:
        wanted = sorted(set(digests) - self._place.keys())
        with ThreadPoolExecutor(usable_cores()) as pool:
            for start in range(0, len(wanted), _CODES_A_REPORT):
                some = wanted[start : start + _CODES_A_REPORT]
                files = [self._paths.thumbnail(digest) for digest in some]
                self.add(dict(zip(some, pool.map(codes_of_file, files), strict=True)))
                on_progress(start + len(some), len(wanted))


def keep_codes(paths: IndexPaths, codes: Mapping[str, PictureCodes]) -> None:
    """Save photos' perceptual hashes and 16 × 16 grey images in the index's cache file."""
    if not codes:
        return
    all_of_them = PictureHashes(paths, [])
    all_of_them.add(codes)
    all_of_them.keep()


def _load(paths: IndexPaths) -> tuple[list[str], NDArray[np.uint64], NDArray[np.uint8]] | None:
    """Cached digests, hashes (n,) and grey images (n, 128) of n photos; None if unusable."""
    kept = cached_arrays(paths.hashes, "version", "digests", "bits", "greys")
    if kept is None or int(kept["version"]) != _VERSION:
        return None
    digests = [digest.decode("ascii") for digest in kept["digests"].tolist()]
    lengths = {len(digests), len(set(digests)), len(kept["bits"]), kept["greys"].size / BYTES}
    if len(lengths) > 1:
        return None  # damaged: they are computed again
    return digests, kept["bits"], kept["greys"].reshape(len(digests), BYTES)
