"""Rejection threshold: the highest rating cut that loses few keepers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.held_out import held_out
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.may_be_tested import how_tested, seen_photos
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import kept_together
from photorank.metrics.keepers_lost import RejectCut, reject_cut
from photorank.rating.percentiles import percentiles_among
from photorank.similarity.altered_copies import copies_among
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.master import MasterVector

# Why a vector is no judge in its own case.
How = Literal["unseen", "learned anew"]


@dataclass(frozen=True)
class KeepersLost:
    """Rejection threshold on a vector's ratings, and the numbers of photos rejected below it."""

    vector: str
    keeper_from: float  # the label from which a photo is a keeper
    cut: RejectCut
    how: How
    n_groups: int  # that the keepers are of; 0 where none is known
    n_photos: int  # of the index
    n_rejected: int  # of these
    n_others: int  # photos with a lower label, held out as well
    n_others_rejected: int  # of these


def keepers_lost(
    index: Index,
    vector: MasterVector,
    *,
    keeper_from: float | None = None,
    keeper_top: float | None = None,
    lost: float = 0.05,
    confidence: float = 0.95,
    seed: int = 0,
) -> KeepersLost:
    """Rating threshold that loses at most a given share of keepers, from held-out labels.

    A vector that has not seen the labelled photos rates them as they are, and the bound is exact.
    One that learned from them is learned anew in ten folds: a keeper stands at its percentile among
    the judged photos as rated without its fold, and the threshold is at the same percentile of the
    vector's own ratings. Of any other vector only keepers count that it has not seen.
    Near-duplicates and shots of one series are one keeper. `keeper_from` is the label from which a
    photo is a keeper, `keeper_top` instead the share of best labelled photos; for the rest see
    :func:`photorank.metrics.keepers_lost.reject_cut`. Raises NoLabelsError, TooFewKeepersError
    or EncoderMismatchError.
    """
    labels = index.labels()
    scores = labels.scores
    if np.isnan(scores).all():
        raise NoLabelsError(index.name, "has no scores, which tell keepers from others")
    if keeper_from is None:
        keeper_from = float(np.nanquantile(scores, 1 - (keeper_top or 0.0), method="higher"))
    ratings = index.rate(vector)
    how, held_out = _held_out(index, vector, ratings, seed)
    keepers = np.flatnonzero((scores >= keeper_from) & np.isfinite(held_out))
    others = np.flatnonzero((scores < keeper_from) & np.isfinite(held_out))
    cut = reject_cut(
        held_out[keepers],
        lost=lost,
        confidence=confidence,
        clusters=kept_together(copies_among(index, keepers), labels.series[keepers]),
        seed=seed,
    )
    groups = labels.groups[keepers]
    return KeepersLost(
        vector=vector.name,
        keeper_from=keeper_from,
        cut=cut,
        how=how,
        n_groups=len(np.unique(groups[groups >= 0])),
        n_photos=len(ratings),
        n_rejected=int(np.count_nonzero(ratings < cut.rating)),
        n_others=len(others),
        n_others_rejected=int(np.count_nonzero(held_out[others] < cut.rating)),
    )


def _held_out(
    index: Index, vector: MasterVector, ratings: Ratings, seed: int
) -> tuple[How, Ratings]:
    """Held-out ratings (n,): out of fold if a refit is possible, else nan for seen photos."""
    held = np.where(seen_photos(index, vector.card), np.nan, ratings)
    card = vector.card.parameters
    photos = judged_photos(index, rater=card.get("rater"), by_raters=bool(card.get("by_raters")))
    if how_tested(index, vector, photos) != "refitted":
        return "unseen", held
    folds = photos.split(Protocol(repeats=1, seed=seed))
    found = held_out(index, vector, photos, folds)
    if found.testing != "refitted":
        return "unseen", held
    standing = _percentiles(photos, folds.codes[0], found.directions[0])
    held[photos.rows] = np.quantile(ratings[photos.rows], standing / 100)
    return "learned anew", held


def _percentiles(photos: JudgedPhotos, folds: Codes, directions: Floats) -> Floats:
    """Percentile (n,) of each photo among all, rated by the direction (K, d) of its fold."""
    percentiles = np.empty(len(photos.X))
    for fold, direction in enumerate(directions):
        every = photos.X.astype(np.float64) @ direction
        percentiles[folds == fold] = percentiles_among(every[folds == fold], every)
    return percentiles
