"""Embedding differences between judged photos and their degraded copies, cached in the index."""

from collections.abc import Callable

import numpy as np

from photorank.comparisons.known_differences import KnownDifferences
from photorank.encoders.base import Encoder
from photorank.errors import TooFewPhotosError
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.opened import Index
from photorank.learning.embed_degraded import MIN_PHOTOS, embed_readable
from photorank.learning.judged_photos import JudgedPhotos
from photorank.photos.degraded.degrade import BESIDE_SCORES
from photorank.typing import Embeddings

# Judged photos that get copies: more take minutes to embed and hardly move the direction.
MOST_PHOTOS = 1_000
_MARGINS = tuple(copy.margin for copy in BESIDE_SCORES)


def differences_from_degraded(
    index: Index,
    photos: JudgedPhotos,
    load: Callable[[], Encoder],
    weight: float,
    *,
    most: int = MOST_PHOTOS,
    on_progress: Callable[[int, int], None] | None = None,
) -> KnownDifferences:
    """Embedding differences between photos and their degraded copies, as extra training data.

    All together they count `weight` times as much as the judgements. Of more than `most` photos
    those with the smallest digests have copies, which stay the same while more are judged.
    Differences are cached in the index: the next vector needs only those of new photos, and an
    evaluation none. Photos that cannot be read have no copies; TooFewPhotosError if fewer than
    ten can.
    """
    drawn = sorted(range(len(photos.digests)), key=photos.digests.__getitem__)[:most]
    if len(drawn) < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, len(drawn), MIN_PHOTOS)
    cached = _cached(index)
    missing = [place for place in drawn if photos.digests[place] not in cached]
    reasons: list[str] = []
    if missing:
        rows = [int(photos.rows[place]) for place in missing]
        copies, reasons = embed_readable(
            index, load(), rows, BESIDE_SCORES, len(rows), on_progress=on_progress
        )
        new = copies.X[:, :1] - copies.X[:, 1:]
        cached |= dict(zip(copies.digests, new.astype(np.float32), strict=True))
        _cache(index, cached)
    found = _known(photos, cached, weight)
    if found is None:
        readable = sum(digest in cached for digest in photos.digests)
        raise TooFewPhotosError(index.name, readable, MIN_PHOTOS, reasons[0])
    return found


def cached_differences(
    index: Index, photos: JudgedPhotos, weight: float
) -> KnownDifferences | None:
    """Cached embedding differences between photos and their degraded copies, as training data.

    None if the cache has fewer than ten of the photos.
    """
    return _known(photos, _cached(index), weight)


def _known(
    photos: JudgedPhotos, cached: dict[str, Embeddings], weight: float
) -> KnownDifferences | None:
    """Training data from cached differences (photo minus copy); None for fewer than ten photos."""
    places = [place for place, digest in enumerate(photos.digests) if digest in cached]
    if len(places) < MIN_PHOTOS:
        return None
    rows = np.stack([cached[photos.digests[place]] for place in places])
    return KnownDifferences.of_copies(rows, places, _MARGINS, weight, n=len(photos.X))


def _cached(index: Index) -> dict[str, Embeddings]:
    """Cached embedding differences (c, d) of each photo from its degraded copies, by digest."""
    kept = cached_arrays(index.paths.degraded, "identity", "digests", "rows")
    if kept is None or str(kept["identity"]) != _identity(index):
        return {}
    digests, rows = kept["digests"].tolist(), kept["rows"]
    expected = (len(digests), len(_MARGINS), index.manifest.dimensions)
    if rows.shape != expected or rows.dtype != np.float32 or not np.isfinite(rows).all():
        return {}  # damaged
    return dict(zip(digests, rows, strict=True))


def _cache(index: Index, differences: dict[str, Embeddings]) -> None:
    """Save photos' embedding differences in a cache file; no error if it cannot be written."""
    if differences:
        cache_arrays(
            index.paths.degraded,
            identity=np.array(_identity(index)),
            digests=np.array(list(differences)),
            rows=np.stack(list(differences.values())),
        )


def _identity(index: Index) -> str:
    """Text that identifies an embedding space and a list of degradations."""
    return f"{index.fingerprint!r} {[copy.name for copy in BESIDE_SCORES]}"
