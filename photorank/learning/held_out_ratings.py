"""Held-out ratings of photos: each by a model that did not learn from the photo."""

from typing import NamedTuple

import numpy as np

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.held_out_directions import held_out
from photorank.learning.how_tested import how_tested, seen_photos
from photorank.learning.judged_photos import JudgedPhotos, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.rating.percentiles import percentiles_among
from photorank.typing import Codes, Flags, Floats, Ratings
from photorank.vectors.master import MasterVector


class HeldOutRatings(NamedTuple):
    """Rating of each photo by a model that did not learn from it; nan if there is no such model."""

    ratings: Ratings  # (n,) on the vector's scale; nan for photos it saw and cannot do without
    seen: Flags  # (n,) whether the vector itself learned from the photo, or from a copy
    folds: Codes | None  # (n,) the fold of each photo, if learned anew without it; −1 for none

    @property
    def refitted(self) -> bool:
        """True if training photos are rated by vectors refitted without them."""
        return self.folds is not None


def held_out_ratings(
    index: Index, vector: MasterVector, ratings: Ratings, *, seed: int = 0
) -> HeldOutRatings:
    """Rating of each photo by a model that did not learn from it; nan if there is no such model.

    Photos that a vector was learned from are rated by what is learned without their fold, where its
    card says how; their percentile among all photos is carried over to the vector's scale.
    """
    seen = seen_photos(index, vector.card)
    held = np.where(seen, np.nan, ratings)
    if not seen.any():
        return HeldOutRatings(held, seen, None)
    said = vector.card.parameters
    rater, by_raters = said.get("rater"), bool(said.get("by_raters"))
    try:
        photos = judged_photos(index, rater=rater, by_raters=by_raters)
    except NoLabelsError:
        return HeldOutRatings(held, seen, None)
    if how_tested(index, vector, photos) != "refitted":
        return HeldOutRatings(held, seen, None)
    folds = split_into_folds(photos, Protocol(repeats=1, seed=seed))
    found = held_out(index, vector, photos, folds)
    if found.testing != "refitted":
        return HeldOutRatings(held, seen, None)
    standing = _percentiles(photos, folds.codes[0], found.directions[0])
    held[photos.rows] = np.quantile(ratings[photos.rows], standing / 100)
    fold = np.full(len(index), -1)
    fold[photos.rows] = folds.codes[0]
    return HeldOutRatings(held, seen, fold)


def _percentiles(photos: JudgedPhotos, folds: Codes, directions: Floats) -> Floats:
    """For each photo, percentile (n,) of its held-out rating among all photos' ratings."""
    percentiles = np.empty(len(photos.X))
    for fold, direction in enumerate(directions):
        every = photos.X.astype(np.float64) @ direction
        percentiles[folds == fold] = percentiles_among(every[folds == fold], every)
    return percentiles
