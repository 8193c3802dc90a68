"""Directions to test a vector or learner on photos that it has not learned from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from photorank.errors import ComparisonsError, DegenerateDirectionError, NoLabelsError
from photorank.index.building.decode_ahead import usable_cores
from photorank.index.opened import Index
from photorank.learning.how_tested import Testing, how_tested
from photorank.learning.judged_photos import JudgedPhotos
from photorank.metrics.folds import Folds
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes, Direction, Embeddings, Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import make_learner
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.store import load_vector
from photorank.vectors.taste.personal import KIND as PERSONAL
from photorank.vectors.taste.population_prior import prior_in

# Bytes that the photos of all fits at once may take.
_FITTED_AT_ONCE = 1 << 30


class HeldOut(NamedTuple):
    """Directions by which a vector is tested, one per test fold."""

    testing: Testing
    directions: Floats  # (repeats, K, d)


def held_out(
    index: Index,
    vector: MasterVector,
    photos: JudgedPhotos,
    folds: Folds,
    *,
    on_fit: Callable[[], None] | None = None,
    refits: "Refits | None" = None,
) -> HeldOut:
    """Test directions of a vector: its own, or refitted out of fold as its card says.

    Where the person who taught it judged too little of the other folds, it is in-sample.
    """
    testing = how_tested(index, vector, photos)
    if testing == "refitted":
        try:
            learner = learner_of(index, vector.kind, vector.card).for_tests()
            taught = _what_taught(index, vector.card, photos)
            directions = (refits or Refits(folds)).directions(learner, taught, on_fit)
            return HeldOut(testing, directions)
        except (NoLabelsError, ComparisonsError, DegenerateDirectionError):
            testing = "in-sample"
    shape = (len(folds.codes), folds.k, len(vector.direction))
    return HeldOut(testing, np.broadcast_to(vector.direction, shape))


def learner_of(index: Index, kind: str, card: Card) -> DirectionLearner:
    """Learner that a vector's card describes, with its prior loaded by name.

    Raises MissingVectorError if the index has no such prior, UnknownNameError if there is no such
    learner or it does not understand an argument.
    """
    parameters = dict(card.parameters.get("learner", {}))
    if (prior := card.parameters.get("prior")) is not None:
        direction, rater = load_vector(index, prior).direction, card.parameters.get("rater")
        personal = kind == PERSONAL
        parameters["prior"] = prior_in(index, direction, rater=rater) if personal else direction
    return make_learner(kind, seed=card.seed or 0, **parameters)


def out_of_fold_directions(
    learner: DirectionLearner,
    taught: JudgedPhotos,
    folds: Folds,
    *,
    share: float = 1.0,
    on_fit: Callable[[], None] | None = None,
) -> Floats:
    """Directions (repeats, K, d), each learned without one test fold.

    With a `share` below 1 only that share of the other folds' units (photos or whole groups)
    is learned from.
    """
    scenes = taught.scenes

    def fitted(place: tuple[int, int]) -> Direction:
        rows = folds.learned_from(*place)
        if len(rows) < 2:
            raise ComparisonsError(
                f"{len(taught.X)} photos were judged, and without a fold {len(rows)} is left to "
                "learn from: judge more photos"
            )
        if share < 1:
            rows = _some_units(folds, rows, share, seed=list(place))
        known = None if scenes is None else scenes[rows]
        part = taught.comparisons.take(rows)
        beside = None if taught.beside is None else taught.beside.take(rows)
        return learner.unfitted().fit(taught.X[rows], part, known, beside).direction_

    places = list(np.ndindex(len(folds.codes), folds.k))
    directions: list[Direction] = []
    with (
        threadpool_limits(1, "blas"),
        ThreadPoolExecutor(_fits_at_once(taught.X), "photorank-fit") as pool,
    ):
        for direction in pool.map(fitted, places):
            directions.append(direction)
            if on_fit is not None:
                on_fit()
    return np.reshape(directions, (len(folds.codes), folds.k, -1))


class Refits:
    """Out-of-fold directions of several learners, with equal learners fitted once.

    A vector that was learned from these judgements is refitted as the learner beside it is.
    """

    def __init__(self, folds: Folds) -> None:
        self.folds = folds
        self._known: list[tuple[DirectionLearner, JudgedPhotos, Floats]] = []

    def directions(
        self,
        learner: DirectionLearner,
        taught: JudgedPhotos,
        on_fit: Callable[[], None] | None = None,
    ) -> Floats:
        """Directions (repeats, K, d); see :func:`out_of_fold_directions`."""
        for known, photos, directions in self._known:
            if photos is taught and known.same_as(learner):
                return directions
        found = out_of_fold_directions(learner, taught, self.folds, on_fit=on_fit)
        self._known.append((learner, taught, found))
        return found


def ratings_by_fold(directions: Floats, photos: JudgedPhotos, folds: Folds) -> Floats:
    """Rating (repeats, n) of each photo by its fold's direction; 0 without a fold.

    Only ratings of one fold of one repeat come from one direction and may be compared.
    """
    ratings = np.zeros(folds.codes.shape)
    for repeat, fold in np.ndindex(directions.shape[:2]):
        test = folds.codes[repeat] == fold
        ratings[repeat, test] = photos.X[test].astype(np.float64) @ directions[repeat, fold]
    return ratings


def out_of_fold_ratings(
    learner: DirectionLearner,
    taught: JudgedPhotos,
    folds: Folds,
    *,
    share: float = 1.0,
    on_fit: Callable[[], None] | None = None,
) -> Floats:
    """Rating (repeats, n) of each photo by a direction learned without its fold."""
    directions = out_of_fold_directions(learner, taught, folds, share=share, on_fit=on_fit)
    return ratings_by_fold(directions, taught, folds)


def counted(
    on_progress: Callable[[int, int], None] | None, total: int
) -> Callable[[], None] | None:
    """Callback that counts finished fits and reports (done, total)."""
    if on_progress is None:
        return None
    done = count(1)
    return lambda: on_progress(min(next(done), total), total)


def _fits_at_once(X: Embeddings) -> int:
    """Number of fits to run in parallel: one per core, fewer for large training sets."""
    return max(min(usable_cores(), _FITTED_AT_ONCE // max(X.nbytes, 1)), 1)


def _what_taught(index: Index, card: Card, photos: JudgedPhotos) -> JudgedPhotos:
    """Training photos and judgements of a vector, as its card describes them."""
    rater, by_raters = card.parameters.get("rater"), bool(card.parameters.get("by_raters"))
    if (rater, by_raters) != (photos.rater, photos.by_raters):
        every = index.comparisons(rater=rater, by_raters=by_raters)
        photos = replace(photos, comparisons=every.take(photos.rows))
    return photos.compared_within(card.parameters.get("within"))


def _some_units(folds: Folds, rows: Codes, share: float, *, seed: list[int]) -> Codes:
    """Rows in a random share of the groups; a photo without group counts as one."""
    every = np.arange(folds.codes.shape[1])
    units = every if folds.by is None else unit_codes(folds.by, n=len(every))
    present = np.unique(units[rows])
    rng = np.random.default_rng(seed)
    drawn = rng.choice(present, max(round(share * len(present)), 1), replace=False)
    return rows[np.isin(units[rows], drawn)]
