"""Rejection threshold: the highest rating that almost all good photos reach."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.held_out_ratings import held_out_ratings
from photorank.metrics.folds import merged_groupings
from photorank.metrics.reject_cut import RejectCut, reject_cut
from photorank.similarity.near_duplicates import near_duplicates_among
from photorank.vectors.master import MasterVector

# Why a vector is no judge in its own case.
How = Literal["unseen", "learned anew"]


@dataclass(frozen=True)
class RejectionThreshold:
    """Rejection threshold for a vector's ratings, with counts of good and other photos below it."""

    vector: str
    keeper_from: float  # the label from which a photo is a keeper
    cut: RejectCut
    how: How
    n_groups: int  # that the keepers are of; 0 where none is known
    n_photos: int  # of the index
    n_rejected: int  # of these
    n_others: int  # photos with a lower label, held out as well
    n_others_rejected: int  # of these


def rejection_threshold(
    index: Index,
    vector: MasterVector,
    *,
    keeper_from: float | None = None,
    keeper_top: float | None = None,
    lost: float = 0.05,
    confidence: float = 0.95,
    seed: int = 0,
) -> RejectionThreshold:
    """Rejection threshold that loses at most a given share of the photos worth keeping.

    A vector that has not seen the labelled photos rates them as they are, and the bound is exact.
    One that learned from them is learned anew in ten folds: a keeper stands at its percentile among
    the judged photos as rated without its fold, and the threshold is at the same percentile of the
    vector's own ratings. Of any other vector only keepers count that it has not seen.
    Near-duplicates and shots of one series are one keeper. `keeper_from` is the label from which a
    photo is a keeper, `keeper_top` instead the share of best labelled photos; for the rest see
    :func:`photorank.metrics.reject_cut.reject_cut`. Raises NoLabelsError, TooFewKeepersError
    or EncoderMismatchError.
    """
    labels = index.labels()
    scores = labels.scores
    if np.isnan(scores).all():
        raise NoLabelsError(index.name, "has no scores, which tell keepers from others")
    if keeper_from is None:
        keeper_from = float(np.nanquantile(scores, 1 - (keeper_top or 0.0), method="higher"))
    ratings = index.rate(vector)
    found = held_out_ratings(index, vector, ratings, seed=seed)
    held_out = found.ratings
    keepers = np.flatnonzero((scores >= keeper_from) & np.isfinite(held_out))
    others = np.flatnonzero((scores < keeper_from) & np.isfinite(held_out))
    cut = reject_cut(
        held_out[keepers],
        lost=lost,
        confidence=confidence,
        clusters=merged_groupings(near_duplicates_among(index, keepers), labels.series[keepers]),
        seed=seed,
    )
    groups = labels.groups[keepers]
    return RejectionThreshold(
        vector=vector.name,
        keeper_from=keeper_from,
        cut=cut,
        how="learned anew" if found.refitted else "unseen",
        n_groups=len(np.unique(groups[groups >= 0])),
        n_photos=len(ratings),
        n_rejected=int(np.count_nonzero(ratings < cut.rating)),
        n_others=len(others),
        n_others_rejected=int(np.count_nonzero(held_out[others] < cut.rating)),
    )
