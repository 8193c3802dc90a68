"""Embedding differences between judged photos and their degraded copies, cached in the index."""

from collections.abc import Callable

import numpy as np

from photorank.comparisons.known_differences import KnownDifferences
from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError, TooFewPhotosError, counted
from photorank.index.array_cache import cache_arrays, cached_arrays
from photorank.index.opened import Index
from photorank.learning.embed_degraded import MIN_PHOTOS, embed_readable
from photorank.learning.judged_photos import JudgedPhotos
from photorank.photos.degraded.degrade import BESIDE_SCORES
from photorank.typing import Embeddings

# Judged photos that get copies: more take minutes to embed and hardly move the direction.
MOST_PHOTOS = 1_000
_LEAST_CACHED = 0.9  # share of the photos with copies, for a vector to be learned anew
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
    ten can, ComparisonsError if fewer than ten were judged.
    """
    drawn = _drawn(photos, most)
    if len(drawn) < MIN_PHOTOS:
        raise ComparisonsError(
            f"{counted(len(drawn), 'photo')} judged, and {MIN_PHOTOS} are needed to learn from "
            "degraded copies: judge more photos, or leave out the degradations"
        )
    cached = _cached(index)
    missing = [place for place in drawn if photos.digests[place] not in cached]
    reasons: list[str] = []
    if missing:
        rows = [int(photos.rows[place]) for place in missing]
        copies, reasons = embed_readable(
            index, load(), rows, BESIDE_SCORES, len(rows), on_progress=on_progress
        )
        new = copies.X[:, :1] - copies.X[:, 1:]
        # Read once more: another process may have cached copies while these were embedded.
        cached = _cached(index) | dict(zip(copies.digests, new.astype(np.float32), strict=True))
        _cache(index, cached)
    drawn = [place for place in drawn if photos.digests[place] in cached]
    if len(drawn) < MIN_PHOTOS:
        raise TooFewPhotosError(index.name, len(drawn), MIN_PHOTOS, reasons[0])
    return _known(photos, drawn, cached, weight)


def cached_differences(
    index: Index, photos: JudgedPhotos, weight: float
) -> KnownDifferences | None:
    """Cached embedding differences between photos and their degraded copies, as training data.

    None if the cache lacks more than a tenth of the photos that would have copies, or has fewer
    than ten: a refit would be another vector's.
    """
    drawn, cached = _drawn(photos, MOST_PHOTOS), _cached(index)
    found = [place for place in drawn if photos.digests[place] in cached]
    if len(found) < max(MIN_PHOTOS, _LEAST_CACHED * len(drawn)):
        return None
    return _known(photos, found, cached, weight)


def _drawn(photos: JudgedPhotos, most: int) -> list[int]:
    """Positions of the judged photos that get degraded copies: the `most` smallest digests."""
    places = photos.comparisons.active.tolist()
    return sorted(sorted(places, key=photos.digests.__getitem__)[:most])


def _known(
    photos: JudgedPhotos, places: list[int], cached: dict[str, Embeddings], weight: float
) -> KnownDifferences:
    """Training data from the cached differences (photo minus copy) of the photos at `places`."""
    rows = np.stack([cached[photos.digests[place]] for place in places])
    return KnownDifferences.of_copies(rows, places, _MARGINS, weight, n=len(photos.X))


def _cached(index: Index) -> dict[str, Embeddings]:
    """Cached embedding differences (c, d) of each photo from its degraded copies, by digest."""
    kept = cached_arrays(index.paths.degraded, "identity", "digests", "rows")
    if kept is None or str(kept["identity"]) != _identity(index):
        return {}
    digests, rows = kept["digests"], kept["rows"]
    expected = (digests.size, len(_MARGINS), index.manifest.dimensions)
    texts = digests.ndim == 1 and digests.dtype.kind == "U"
    if not texts or rows.shape != expected or rows.dtype != np.float32:
        return {}  # damaged
    return dict(zip(digests.tolist(), rows, strict=True)) if np.isfinite(rows).all() else {}


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
