"""Dependence of ratings on photo content instead of quality: measurement and removal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from photorank.encoders.base import Encoder
from photorank.errors import ComparisonsError, counted
from photorank.evaluation.photo_kinds import between_kinds, content_directions, kinds_of
from photorank.index.opened import Index
from photorank.learning.held_out_directions import held_out, progress_callback
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.estimates import Difference, Estimate, student
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.typing import Codes, Floats
from photorank.vectors.master import Card, MasterVector

DEFAULT_CLUSTERS = 8
_MIN_PHOTOS_A_GROUP = 5  # for which a group's mean is reported
_LEAST_SPREAD = 1e-6  # standard deviation of ratings that differ, where that of embeddings is 1
_TOO_FEW = (
    "too few photos were judged to take their kinds of content out: judge more of them, or ask "
    "for fewer kinds, at least two: `--by clusters --clusters 2`"
)


@dataclass(frozen=True)
class KindMean:
    """Mean rating of one kind of photos, before and after the influence of content is removed."""

    group: str
    n_photos: int
    before: Estimate  # mean held-out rating, in standard deviations of all photos' ratings
    after: Estimate


@dataclass(frozen=True)
class Change:
    """Estimates of one metric before and after the influence of photo content is removed."""

    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class Nuisance:
    """Test results of a vector before and after the effect of photo content is removed.

    It is removed by projecting the vector.
    """

    index: str
    vector: str
    by: str  # "group" or "clusters"
    in_sample: bool  # the vector has seen the photos, and could not be learned anew
    directions: int  # taken out
    gaps: tuple[KindMean, ...]  # the best rated kind first
    between: Change  # share of the ratings' variance that lies between kinds
    pairwise_accuracy: Change  # held out
    change: Difference  # of the accuracy, after minus before
    within: Change  # accuracy over pairs of one kind, which content cannot order
    kinds: int  # of content, of which there are no more than judged photos


def compare_without_content(
    index: Index,
    vector: MasterVector,
    *,
    by: str = "clusters",
    clusters: int = DEFAULT_CLUSTERS,
    protocol: Protocol | None = None,
    load: Callable[[], Encoder] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Nuisance:
    """Comparison of a vector's held-out results before and after removing the influence of content.

    Content is the kind of a photo: its group, or its cluster of embeddings (k-means). The
    directions in which the kinds' means differ are estimated from the other folds' photos, and
    a vector learned from these labels is learned anew there too. `load` loads the index's
    encoder, to name clusters by the nearest of `CONCEPTS`. Raises NoLabelsError,
    ComparisonsError if the judged photos are too few or of fewer than two kinds, or
    EncoderMismatchError.
    """
    vector.fingerprint.require(index.fingerprint, vector=vector.name)
    protocol = protocol or Protocol()
    photos = judged_photos(index)
    codes, names = kinds_of(index, photos, by, clusters, protocol.seed, load)
    if len(np.unique(codes[codes >= 0])) < 2:
        raise ComparisonsError(
            "the judged photos are of fewer than two kinds: use `--by clusters`, or import labels "
            "with a group column"
        )
    folds = split_into_folds(photos, protocol)
    total = len(folds.codes) * folds.k
    found = held_out(index, vector, photos, folds, on_fit=progress_callback(on_progress, total))
    both = _ratings(photos, codes, folds, found.directions)
    if on_progress is not None:
        on_progress(total, total)  # a vector that is tested as it is takes no fits
    means = [ratings.mean(axis=0) for ratings in both]  # (n,) over repeats
    shown = np.where((folds.codes >= 0).all(axis=0), codes, -1)  # an official split tests a part
    pairs = HeldOutPairs.of(photos.comparisons, folds)
    alike = HeldOutPairs.of(photos.comparisons.restricted(codes, "within"), folds)
    # The directions that are taken out are learned anew in every fold, whatever the vector is.
    before, after = (pairs.sums(ratings, refitted=folds.refits) for ratings in both)
    within = [
        alike.estimate(alike.sums(ratings, refitted=folds.refits), refitted=folds.refits)
        for ratings in both
    ]
    change = pairs.difference(after, before, refitted=folds.refits)
    if not np.isfinite(change.low):
        raise ComparisonsError(_TOO_FEW)
    return Nuisance(
        index=index.name,
        vector=vector.name,
        by=by,
        in_sample=found.testing == "in-sample",
        directions=len(content_directions(photos.X, codes)),
        gaps=_gaps(names, shown, *means),
        between=Change(*(between_kinds(ratings, shown) for ratings in means)),
        pairwise_accuracy=Change(
            *(pairs.estimate(sums, refitted=folds.refits) for sums in (before, after))
        ),
        change=change,
        within=Change(*within),
        kinds=len(np.unique(codes[codes >= 0])),
    )


def without_content(
    name: str,
    index: Index,
    vector: MasterVector,
    *,
    by: str = "clusters",
    clusters: int = DEFAULT_CLUSTERS,
    seed: int = 0,
) -> MasterVector:
    """Rating vector with the mean differences between kinds of photo content projected out."""
    photos = judged_photos(index)
    codes, _ = kinds_of(index, photos, by, clusters, seed, None)
    spanned = content_directions(photos.X, codes)
    rest = vector.direction - (vector.direction @ spanned.T) @ spanned
    return MasterVector(
        name,
        "projected",
        rest,
        vector.fingerprint,
        scale=vector.scale,
        bias=vector.bias,
        card=Card(
            parameters={
                "vectors": [vector.name],
                "without_content": by,
                "clusters": clusters,
                "seed": seed,
            },
            photos=vector.card.photos,
            pictures=vector.card.pictures,
            unknown=vector.card.unknown,
            n_photos=vector.card.n_photos,
            licence=vector.card.licence,
            source=f"{vector.name} without {counted(len(spanned), 'direction')} of content",
        ),
    )


def _ratings(
    photos: JudgedPhotos, codes: Codes, folds: Folds, directions: Floats
) -> tuple[Floats, Floats]:
    """Held-out ratings (repeats, n) before and after removing the influence of photo content.

    The influence lies along the directions in which photos of different kinds differ. Ratings are
    in standard deviations over the photos learned from, so that folds may be pooled.
    """
    before, after = np.zeros(folds.codes.shape), np.zeros(folds.codes.shape)
    for repeat, fold in np.ndindex(directions.shape[:2]):
        test, rows = folds.codes[repeat] == fold, folds.learned_from(repeat, fold)
        v = directions[repeat, fold]
        spanned = content_directions(photos.X[rows], codes[rows])
        rest = v - (v @ spanned.T) @ spanned
        for ratings, one in ((before, v), (after, rest)):
            known = photos.X[rows] @ one
            if not known.std() > _LEAST_SPREAD * photos.X[rows].std():
                raise ComparisonsError(_TOO_FEW)
            ratings[repeat, test] = (photos.X[test] @ one - known.mean()) / known.std()
    return before, after


def _gaps(
    names: Sequence[str], codes: Codes, before: Floats, after: Floats
) -> tuple[KindMean, ...]:
    gaps = []
    for kind in np.unique(codes[codes >= 0]):
        own = codes == kind
        if np.count_nonzero(own) >= _MIN_PHOTOS_A_GROUP:
            n = int(np.count_nonzero(own))
            gaps.append(KindMean(names[kind], n, _mean(before[own]), _mean(after[own])))
    return tuple(sorted(gaps, key=lambda gap: -gap.before.value))


def _mean(values: Floats) -> Estimate:
    n = len(values)
    error = float(values.std(ddof=1)) / n**0.5
    spread = student(float(values.mean()), error, n - 1, level=0.95, limit=np.inf)
    return Estimate(spread.value, spread.low, spread.high, n, 0, "Student's t")
