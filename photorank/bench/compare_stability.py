"""Stability of ratings when photos are altered, compared between framings (crop, padding)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from photorank.bench.compare_framings import LEARNER, Load
from photorank.bench.embed_files import check_framings, embed_files, judged_files
from photorank.errors import TooFewPhotosError
from photorank.index.opened import Index
from photorank.learning.held_out_directions import progress_callback
from photorank.metrics.estimates import Estimate
from photorank.metrics.jackknife_intervals import LeaveOneOut, jackknife
from photorank.photos.framing import FRAMINGS
from photorank.photos.stability_copies import CHANGES, stability_copies
from photorank.rating.stability import MAX_STEADY_FLIPS
from photorank.typing import Embeddings, Floats
from photorank.vectors.learners_by_name import make_learner

PHOTOS = 100
_MIN_PHOTOS = 10
_MAX_TAUGHT_PHOTOS = 300  # enough, since the direction's accuracy is not measured here


@dataclass(frozen=True)
class StabilityResult:
    """Stability of ratings when photos are altered, for one framing method such as cropping."""

    framing: str
    spread: Estimate  # of a rating over its variants, in standard deviations of the photos' ratings
    by_change: dict[str, Estimate]  # the same of variants that differ by one thing
    flips: Estimate  # pairs of variants of two photos whose order is not that of the photos
    unsteady: Estimate  # share of pairs of photos with more flips than may be relied on


def measure_stability(
    index: Index,
    load: Load,
    *,
    framings: Sequence[str] = tuple(FRAMINGS),
    photos: int = PHOTOS,
    learner: str = LEARNER,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[StabilityResult]:
    """Spread of ratings among altered copies of photos, for each framing (crop, padding, …).

    :func:`photorank.photos.stability_copies.stability_copies` makes the forms; the seed
    draws the photos, of those that are as they were indexed. The framing with the fewest flips is
    first. Raises :class:`UnknownNameError`, or :class:`TooFewPhotosError` if too few photos were
    judged or can still be read.
    """
    check_framings(framings)
    kind = make_learner(learner, seed=seed)
    judged, paths = judged_files(index)
    if len(paths) < photos + _MIN_PHOTOS:
        photos = len(paths) // 2
    if photos < _MIN_PHOTOS:
        raise TooFewPhotosError(index.name, len(paths), 2 * _MIN_PHOTOS)
    order = np.random.default_rng(seed).permutation(len(paths))
    tested, taught = np.sort(order[:photos]), np.sort(order[photos:][:_MAX_TAUGHT_PHOTOS])
    one_more = progress_callback(on_progress, len(framings) * (len(tested) + len(taught)))
    found = []
    for framing in framings:
        encoder = load(framing)
        known = embed_files([paths[row] for row in taught], encoder, on_photo=one_more)
        files = [paths[row] for row in tested]
        forms = embed_files(files, encoder, forms=stability_copies, on_photo=one_more)
        there = [one for one in known if one is not None]  # files may have gone
        seen = [one for one in forms if one is not None]
        if min(len(there), len(seen)) < _MIN_PHOTOS:
            raise TooFewPhotosError(index.name, len(there) + len(seen), 2 * _MIN_PHOTOS)
        kept = np.array([row for row, one in zip(taught, known, strict=True) if one is not None])
        fitted = kind.fit(np.concatenate(there), judged.comparisons.take(kept))
        found.append(_result(framing, seen, fitted.direction_))
    return sorted(found, key=lambda row: row.flips.value)


def _result(framing: str, forms: Sequence[Embeddings], direction: Floats) -> StabilityResult:
    ratings = np.stack([one.astype(np.float64) @ direction for one in forms])  # (n, k)
    ratings /= ratings[:, 0].std(ddof=1)
    flipped = flip_table(ratings)
    return StabilityResult(
        framing,
        _mean(ratings.std(axis=1, ddof=1)),
        {
            change: _mean(ratings[:, [0, *columns]].std(axis=1, ddof=1))
            for change, columns in CHANGES.items()
        },
        _mean_of_pairs(flipped),
        _mean_of_pairs((flipped > MAX_STEADY_FLIPS).astype(np.float64)),
    )


def _mean_of_pairs(table: Floats) -> Estimate:
    """Mean of a symmetric table (n, n) over all pairs of photos, with a jackknife interval."""
    n = len(table)
    pairs = n * (n - 1) // 2
    left = table.sum() / 2 - table.sum(axis=1)
    return jackknife(
        LeaveOneOut(float(table.sum() / 2 / pairs), left / (pairs - (n - 1))),
        n_photos=n,
        n_pairs=pairs,
    )


def flip_table(ratings: Floats) -> Floats:
    """Matrix (n, n): how often altered copies of photos i and j are rated in reverse order.

    `ratings` (n, k) are of each photo's variants, the first of which is the photo itself.
    """
    flipped = np.zeros((len(ratings), len(ratings)))
    for row, own in enumerate(ratings):
        gaps = np.sign(
            own[None, :, None] - ratings[:, None, :]
        )  # (n, k, k); form 0 is the photo itself
        flipped[row] = np.abs(gaps - gaps[:, :1, :1]).mean(axis=(1, 2)) / 2
        flipped[row, row] = 0
    return flipped


def _mean(values: Floats) -> Estimate:
    """Mean of n non-negative values, one per photo, with Student's t interval."""
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return Estimate(float(values.mean()), nan, nan, n, 0, "Student's t")
    reach = float(stdtrit(n - 1, 0.975)) * float(values.std(ddof=1)) / n**0.5
    value = float(values.mean())
    return Estimate(value, max(value - reach, 0.0), value + reach, n, 0, "Student's t")
