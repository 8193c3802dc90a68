"""Aspect ratios and mean colours of an index's photos, cached in the index's folder."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.photos.hash_and_shape import UNKNOWN, aspect_of_file, look_of_file
from photorank.typing import Flags
from photorank.workspace import IndexPaths

_NAMES = ("digests", "aspects", "tones")
_LOOKS_A_WRITE = 10_000  # new ones between two writes: what ends the process costs no more


class Looks(NamedTuple):
    """Aspect ratio and mean colour of each photo of an index."""

    aspects: NDArray[np.uint16]  # (n,) width to height, in thousandths
    tones: NDArray[np.uint16]  # (n,) red, green, blue in 5, 6 and 5 bits; 0 not looked at yet

    @property
    def complete(self) -> bool:
        """True if all photos' mean colours are known, not only their aspect ratios."""
        return bool(self.tones.all())


def quick_looks(paths: IndexPaths, digests: Sequence[str]) -> Looks:
    """Aspect ratios of all photos from thumbnail headers; mean colours only if cached."""
    looks = _cached(paths, digests)
    for row in np.flatnonzero(looks.tones == 0).tolist():
        looks.aspects[row] = aspect_of_file(paths.thumbnail(digests[row]))
    return looks


def whole_looks(
    paths: IndexPaths, digests: Sequence[str], *, looks_a_write: int = _LOOKS_A_WRITE
) -> Looks:
    """Aspect ratios and mean colours of all photos, cached; about 1 ms per uncached photo."""
    looks = _cached(paths, digests)
    missing = np.flatnonzero(looks.tones == 0).tolist()
    for start in range(0, len(missing), looks_a_write):
        for row in missing[start : start + looks_a_write]:
            looks.aspects[row], looks.tones[row] = look_of_file(paths.thumbnail(digests[row]))
        _keep(paths, digests, looks)
    return looks


def _keep(paths: IndexPaths, digests: Sequence[str], looks: Looks) -> None:
    """Cache the known aspect ratios and mean colours, except those of unreadable photos."""
    unread = (looks.aspects == UNKNOWN.aspect) & (looks.tones == UNKNOWN.tone)
    seen: Flags = (looks.tones != 0) & ~unread
    cache_arrays(
        paths.looks,
        digests=np.array([digests[row] for row in np.flatnonzero(seen).tolist()], dtype="S64"),
        aspects=looks.aspects[seen],
        tones=looks.tones[seen],
    )


def _cached(paths: IndexPaths, digests: Sequence[str]) -> Looks:
    """Cached aspect ratios and mean colours of the given photos; 0 where not cached."""
    found = Looks(*np.zeros((2, len(digests)), dtype=np.uint16))
    kept = cached_arrays(paths.looks, *_NAMES)
    if kept is not None and len({len(kept[name]) for name in _NAMES}) == 1:  # else damaged
        known = [digest.decode("ascii") for digest in kept["digests"].tolist()]
        place = dict(zip(known, range(len(known)), strict=True))
        places = np.array([place.get(digest, -1) for digest in digests], dtype=np.intp)
        there = places >= 0
        found.aspects[there] = kept["aspects"][places[there]]
        found.tones[there] = kept["tones"][places[there]]
    return found
