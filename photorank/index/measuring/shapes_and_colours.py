"""Aspect ratios and mean colours of an index's photos, cached in the index's folder."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.photos.hash_and_shape import UNKNOWN, Look, aspect_of_file, look_of_file
from photorank.workspace import IndexPaths

_NAMES = ("digests", "aspects", "tones")
_LOOKS_A_WRITE = 10_000  # new ones between two writes: what ends the process costs no more


class Looks(NamedTuple):
    """Aspect ratio and mean colour of each photo of an index."""

    aspects: NDArray[np.uint16]  # (n,) width to height, in thousandths
    tones: NDArray[np.uint16]  # (n,) red, green, blue in 5, 6 and 5 bits; 0 not looked at yet

    @property
    def complete(self) -> bool:
        """True if every photo's mean colour is known; aspect ratios always are."""
        return bool(self.tones.all())


def quick_looks(paths: IndexPaths, digests: Sequence[str]) -> Looks:
    """Aspect ratios of all photos from thumbnail headers; mean colours only if cached."""
    known = _load(paths)
    missing = [digest for digest in digests if digest not in known]
    for digest in missing:
        known[digest] = Look(aspect_of_file(paths.thumbnail(digest)), 0)
    return _by_row(known, digests)


def whole_looks(paths: IndexPaths, digests: Sequence[str]) -> Looks:
    """Aspect ratios and mean colours of all photos, cached; about 1 ms per uncached photo."""
    known = _load(paths)
    missing = [digest for digest in digests if digest not in known]
    for start in range(0, len(missing), _LOOKS_A_WRITE):
        for digest in missing[start : start + _LOOKS_A_WRITE]:
            known[digest] = look_of_file(paths.thumbnail(digest))
        _keep(paths, {digest: known[digest] for digest in digests if digest in known})
    return _by_row(known, digests)


def _keep(paths: IndexPaths, known: Mapping[str, Look]) -> None:
    seen = [digest for digest, look in known.items() if look != UNKNOWN]
    kept = _by_row(known, seen)
    cache_arrays(
        paths.looks,
        digests=np.array(seen, dtype="S64"),
        aspects=kept.aspects,
        tones=kept.tones,
    )


def _by_row(known: Mapping[str, Look], digests: Sequence[str]) -> Looks:
    looks = np.array([known[digest] for digest in digests], dtype=np.uint16).reshape(-1, 2)
    return Looks(looks[:, 0].copy(), looks[:, 1].copy())


def _load(paths: IndexPaths) -> dict[str, Look]:
    """Cached aspect ratios and mean colours by photo digest; empty if the cache is unreadable."""
    kept = cached_arrays(paths.looks, *_NAMES)
    if kept is None:
        return {}
    digests = [digest.decode("ascii") for digest in kept["digests"].tolist()]
    looks = zip(kept["aspects"].tolist(), kept["tones"].tolist(), strict=True)
    return dict(zip(digests, map(Look._make, looks), strict=True))
