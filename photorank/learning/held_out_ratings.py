"""Held-out ratings of photos, and the photo pairs where ratings contradict people most."""

from typing import NamedTuple

import numpy as np

from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.learning.held_out_directions import held_out
from photorank.learning.how_tested import how_tested, seen_photos
from photorank.learning.judged_photos import JudgedPhotos, judged_comparisons, judged_photos
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.rating.percentiles import percentiles_among
from photorank.typing import Codes, Flags, Floats, Pairs, Ratings
from photorank.vectors.master import MasterVector

# Number of held-out pairs searched for the worst mistakes.
_PAIRS = 200_000


class HeldOutRatings(NamedTuple):
    """Ratings of photos, each by a model that did not learn from the photo; nan if impossible."""

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
    """Ratings of photos, each by a model that did not learn from the photo; nan if impossible.

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


def confident_mistakes(index: Index, held: HeldOutRatings, most: int, *, seed: int = 0) -> Pairs:
    """Row numbers (m, 2) of the m photo pairs whose ratings contradict people's judgements most.

    The photo that people prefer is first.

    Each photo is in one pair at most, the pair of the widest gap between the two ratings. Where
    ratings were learned anew only photos of one fold are compared, for one model rated both.
    """
    rows, graph = judged_comparisons(index)
    if held.folds is not None:
        graph = graph.restricted(held.folds[rows], "within")
    if not graph.n_pairs:
        return np.empty((0, 2), dtype=np.intp)
    sample = graph.sample(min(_PAIRS, 20 * graph.n_pairs), rng=np.random.default_rng(seed))
    numbers = np.unique(sample.pairs @ [len(rows), 1])  # of pairs, which sort faster than two
    pairs = rows[np.stack(np.divmod(numbers, len(rows)), axis=1)]
    gaps = held.ratings[pairs[:, 1]] - held.ratings[pairs[:, 0]]
    wrong = np.flatnonzero(gaps > 0)  # not nan
    chosen: list[Codes] = []
    used: set[int] = set()
    for pair in pairs[wrong[np.argsort(-gaps[wrong], kind="stable")]]:
        if used.isdisjoint(pair.tolist()):
            chosen.append(pair)
            used.update(pair.tolist())
            if len(chosen) == most:
                break
    return np.array(chosen, dtype=np.intp).reshape(-1, 2)


def _percentiles(photos: JudgedPhotos, folds: Codes, directions: Floats) -> Floats:
    """Rating percentile (n,) of each photo among all, by the direction learned without its fold."""
    percentiles = np.empty(len(photos.X))
    for fold, direction in enumerate(directions):
        every = photos.X.astype(np.float64) @ direction
        percentiles[folds == fold] = percentiles_among(every[folds == fold], every)
    return percentiles
