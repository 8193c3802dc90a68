"""How low an index's photos may be rated before rejecting them costs too many keepers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.base import clone

from photorank.errors import NoLabelsError
from photorank.evaluation.contenders import learner_of
from photorank.index.opened import Index
from photorank.learning.judged_photos import judged_photos
from photorank.learning.protocol import NEAR_DUPLICATE, Protocol
from photorank.metrics.folds import kept_together, near_duplicates
from photorank.metrics.keepers_lost import RejectCut, reject_cut
from photorank.rating.percentiles import percentiles_among
from photorank.typing import Codes, Floats, Ratings
from photorank.vectors.learners_by_name import LEARNERS
from photorank.vectors.master import MasterVector

# Why a vector is no judge in its own case.
How = Literal["unseen", "learned anew"]


@dataclass(frozen=True)
class KeepersLost:
    """A cut of a vector's ratings, and what rejecting below it would do."""

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
    """Return the cut that loses at most a share of keepers, from labels that are held out.

    A vector that has not seen the labelled photos rates them as they are, and
    the bound is exact. One that learned from them is learned anew in ten folds;
    a keeper then stands at its percentile among the judged photos as rated
    without its fold, and the cut is at the same percentile of the vector's own
    ratings: exact for the way it is learned, with a tenth fewer labels. Of any
    other vector only the keepers count that it has not seen. Near-duplicates and
    shots of one series are one keeper.

    Parameters
    ----------
    index : Index
    vector : MasterVector
    keeper_from : float, optional
        The label from which a photo is a keeper.
    keeper_top : float, optional
        Instead, the share of the labelled photos, the best, that are keepers.
    lost, confidence, seed
        See :func:`photorank.metrics.keepers_lost.reject_cut`.

    Raises
    ------
    NoLabelsError
        If no photo has a score.
    TooFewKeepersError
        If there are too few keepers.
    EncoderMismatchError
        If the vector belongs to another encoder or framing.
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
        clusters=_moments(index, keepers, labels.series[keepers]),
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
    """Return the photos' ratings (n,) as if the vector had not seen them, nan where it has."""
    seen = np.array([vector.card.saw(digest) for digest in index.digests()], dtype=bool)
    unseen = np.where(seen, np.nan, ratings)
    card = vector.card
    learned_here = vector.kind in LEARNERS and card.index == index.name
    if not seen.any() or not learned_here or card.parameters.get("prior"):
        return "unseen", unseen
    rows, percentiles = _standing_out_of_fold(index, vector, seed)
    unseen[rows] = np.quantile(ratings[rows], percentiles / 100)
    return "learned anew", unseen


def _standing_out_of_fold(index: Index, vector: MasterVector, seed: int) -> tuple[Codes, Floats]:
    """Return the judged rows and the percentile of each among them, learned without its fold."""
    card = vector.card.parameters
    photos = judged_photos(
        index, rater=card.get("rater"), by_raters=bool(card.get("by_raters", False))
    )
    row_of = {digest: row for row, digest in enumerate(index.digests())}
    by_group = len(np.unique(photos.groups)) > 2
    folds = photos.split(Protocol(fold_by="group" if by_group else "photo", repeats=1, seed=seed))
    taught = photos.comparisons
    if (within := card.get("within")) is not None:
        taught = taught.restricted(photos.codes(within), "within")
    percentiles = np.empty(len(photos.X))
    for fold in range(folds.k):
        test = folds.codes[0] == fold
        train = np.flatnonzero(~test)
        fitted = clone(learner_of(index, vector)).fit(photos.X[train], taught.take(train))
        every = fitted.decision_function(photos.X)
        percentiles[test] = percentiles_among(every[test], every)
    return np.array([row_of[digest] for digest in photos.digests], dtype=np.intp), percentiles


def _moments(index: Index, keepers: Codes, series: Codes) -> Codes:
    """Return which keepers are of one moment."""
    return kept_together(series, near_duplicates(index.embeddings_of(keepers), NEAR_DUPLICATE))
