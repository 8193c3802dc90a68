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
        self._known = _load(paths)
        self._kept = len(self._known)

    def distances(
        self, first: Codes, second: Codes, on_progress: Callable[[int, int], None]
    ) -> NDArray[np.intp]:
        """Hamming distances (m,) in bits between the perceptual hashes of m pairs of photos.

        About 32 for two different pictures; 256 where one cannot be read.
        """
        rows = np.unique(np.concatenate([first, second]))
        self._work_out(rows.tolist(), on_progress)
        codes = [self._known[self._digests[row]] for row in rows]
        hashes = np.array([one.hash_bits if one else 0 for one in codes], dtype=np.uint64)
        readable = np.array([one is not None for one in codes], dtype=bool)
        one, other = np.searchsorted(rows, first), np.searchsorted(rows, second)
        differing = np.bitwise_count(hashes[one] ^ hashes[other]).astype(np.intp)
        return np.where(readable[one] & readable[other], differing, _UNREADABLE_DISTANCE_BITS)

    def greys(self, rows: Codes) -> NDArray[np.uint8]:
        """Grey images (k, 128) of k photos: 16 × 16 pixels of 4 bits, two to a byte.

        Zeros for a photo that cannot be read.
        """
        self._work_out(rows.tolist(), lambda done, total: None)
        codes = [self._known[self._digests[row]] for row in rows]
        greys = b"".join(one.grey if one else bytes(BYTES) for one in codes)
        return np.frombuffer(greys, dtype=np.uint8).reshape(len(rows), BYTES)

    def add(self, codes: Mapping[str, PictureCodes]) -> None:
        """Add perceptual hashes and grey images, keyed by photo digest."""
        self._known.update(codes)

    @property
    def unreadable(self) -> bool:
        """True if a photo's thumbnail was needed but unreadable; imported photos do not count."""
        return any(
            codes is None and not is_imported(digest) for digest, codes in self._known.items()
        )

    def keep(self) -> None:
        """Save newly computed hashes and grey images in the cache file, if the disk allows it."""
        if len(self._known) == self._kept:
            return
        known = {digest: codes for digest, codes in self._known.items() if codes is not None}
        arrays = {
            "digests": np.array(list(known), dtype="S64"),
            "bits": np.array([codes.hash_bits for codes in known.values()], dtype=np.uint64),
            "greys": np.frombuffer(b"".join(codes.grey for codes in known.values()), np.uint8),
        }
        if cache_arrays(self._paths.hashes, version=_VERSION, **arrays):
            self._kept = len(self._known)

    def _work_out(self, rows: Sequence[int], on_progress: Callable[[int, int], None]) -> None:
        wanted = sorted({self._digests[row] for row in rows} - self._known.keys())
        with ThreadPoolExecutor(usable_cores()) as pool:
            for start in range(0, len(wanted), _CODES_A_REPORT):
                some = wanted[start : start + _CODES_A_REPORT]
                files = [self._paths.thumbnail(digest) for digest in some]
                self._known.update(zip(some, pool.map(codes_of_file, files), strict=True))
                on_progress(start + len(some), len(wanted))


def keep_codes(paths: IndexPaths, codes: Mapping[str, PictureCodes]) -> None:
    """Save photos' perceptual hashes and 16 × 16 grey images in the index's cache file."""
    if not codes:
        return
    all_of_them = PictureHashes(paths, [])
    all_of_them.add(codes)
    all_of_them.keep()


def _load(paths: IndexPaths) -> dict[str, PictureCodes | None]:
    """Perceptual hashes and grey images in the cache file, by photo digest; empty if unreadable."""
    kept = cached_arrays(paths.hashes, "version", "digests", "bits", "greys")
    if kept is None or int(kept["version"]) != _VERSION:
        return {}
    digests = [digest.decode("ascii") for digest in kept["digests"].tolist()]
    greys = [row.tobytes() for row in kept["greys"].reshape(len(digests), BYTES)]
    codes = map(PictureCodes, kept["bits"].tolist(), greys)
    return dict(zip(digests, codes, strict=True))
