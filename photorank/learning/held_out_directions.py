"""Rating directions for held-out tests: refitted for each test fold, without that fold's photos."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from photorank.cores import usable_cores
from photorank.errors import ComparisonsError, DegenerateDirectionError, NoLabelsError
from photorank.index.opened import Index
from photorank.learning.degraded_differences import cached_differences
from photorank.learning.how_tested import Testing, how_tested
from photorank.learning.judged_photos import JudgedPhotos
from photorank.metrics.folds import Folds
from photorank.metrics.pair_sums import unit_codes
from photorank.typing import Codes, Direction, Embeddings, Floats
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners_by_name import make_learner
from photorank.vectors.master import Card, MasterVector
from photorank.vectors.store import load_vector
from photorank.vectors.taste.personal_learner import KIND as PERSONAL
from photorank.vectors.taste.population_prior import prior_in

# Bytes that the photos of all fits at once may take.
_FITTED_AT_ONCE = 1 << 30


class HeldOut(NamedTuple):
    """One rating direction per test fold, and how the vector is tested, such as "refitted"."""

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
    """Rating direction for each test fold: the stored vector, or one refitted without that fold.

    The vector's card says how it is refitted.

    Where the person who taught it judged too little of the other folds, it is in-sample.
    """
    testing = how_tested(index, vector, photos)
    if testing == "refitted":
        try:
            learner = learner_of(index, vector.kind, vector.card).for_tests()
            taught = _training_set(index, vector.card, photos)
            if refits is not None:
                return HeldOut(testing, refits.directions(learner, taught, on_fit))
            directions = out_of_fold_directions(learner, taught, folds, on_fit=on_fit)
            return HeldOut(testing, directions)
        except (NoLabelsError, ComparisonsError, DegenerateDirectionError):
            testing = "in-sample"
    shape = (len(folds.codes), folds.k, len(vector.direction))
    return HeldOut(testing, np.broadcast_to(vector.direction, shape))


def learner_of(index: Index, kind: str, card: Card) -> DirectionLearner:
    """Unfitted learner of the given kind, with the settings that a vector's metadata records.

    A prior that the card names is loaded from the index.

    Raises MissingVectorError if the index has no such prior, UnknownNameError if there is no such
    learner or it does not understand an argument.
    """
    parameters = dict(card.parameters.get("learner", {}))
    if (prior := card.parameters.get("prior")) is not None:
        direction, rater = load_vector(index, prior).direction, card.parameters.get("rater")
        personal = kind == PERSONAL
        parameters["prior"] = prior_in(index, direction, rater=rater) if personal else direction
    return make_learner(kind, seed=card.seed or 0, **parameters)


@contextmanager
def fitting(X: Embeddings) -> Iterator[Executor]:
    """Context manager that provides a thread pool for fitting learners to embeddings X (n, d)."""
    import scipy.linalg  # noqa: F401  # has a BLAS of its own; the limit is for what is loaded

    with threadpool_limits(1, "blas"):
        threads = ThreadPoolExecutor(_fits_at_once(X), "photorank-fit")
        try:
            yield threads
        finally:
            threads.shutdown(cancel_futures=True)


class Fits:
    """Background fits of one learner: one fit for each test fold, without that fold's photos.

    With a `share` below 1 only that share of the other folds' units (photos or whole groups)
    is learned from.
    """

    def __init__(
        self,
        threads: Executor,
        learner: DirectionLearner,
        taught: JudgedPhotos,
        folds: Folds,
        *,
        share: float = 1.0,
    ) -> None:
        self.learner, self.taught = learner, taught
        self._shape = (len(folds.codes), folds.k)
        self._begun = [
            threads.submit(_fitted, learner, taught, folds, place, share)
            for place in np.ndindex(self._shape)
        ]
        self._found: Floats | None = None

    def directions(self, on_fit: Callable[[], None] | None = None) -> Floats:
        """Learned directions (repeats, folds, d), one per test fold; waits for all fits.

        Raises the exception of a fit that failed.
        """
        if self._found is None:
            found = []
            try:
                for fit in self._begun:
                    found.append(fit.result())
                    if on_fit is not None:
                        on_fit()
            finally:
                for fit in self._begun:
                    fit.cancel()  # what is left after a fit that failed
            self._found = np.reshape(found, (*self._shape, -1))
        return self._found


def out_of_fold_directions(
    learner: DirectionLearner,
    taught: JudgedPhotos,
    folds: Folds,
    *,
    on_fit: Callable[[], None] | None = None,
) -> Floats:
    """Directions (repeats, folds, d), each learned without one test fold."""
    with fitting(taught.X) as threads:
        return Fits(threads, learner, taught, folds).directions(on_fit)


class Refits:
    """Cache of learners' fits, so that learners with equal settings are fitted only once.

    The fits run in background threads.

    A vector that was learned from these judgements is refitted as the learner beside it is.
    """

    def __init__(self, folds: Folds, threads: Executor) -> None:
        self.folds = folds
        self._threads = threads
        self._known: list[Fits] = []

    def begin(self, learner: DirectionLearner, taught: JudgedPhotos) -> Fits:
        """Start a learner's fits in background threads; equal fits already begun are reused.

        Fits are equal if the learners' settings and the training data are.
        """
        for known in self._known:
            if known.taught is taught and known.learner.same_as(learner):
                return known
        self._known.append(Fits(self._threads, learner, taught, self.folds))
        return self._known[-1]

    def directions(
        self,
        learner: DirectionLearner,
        taught: JudgedPhotos,
        on_fit: Callable[[], None] | None = None,
    ) -> Floats:
        """Learned directions (repeats, folds, d), one per test fold; waits for all fits."""
        return self.begin(learner, taught).directions(on_fit)


def ratings_by_fold(directions: Floats, photos: JudgedPhotos, folds: Folds) -> Floats:
    """Held-out ratings (repeats, n) of photos in each repeat; 0 for a photo in no fold.

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
    on_fit: Callable[[], None] | None = None,
) -> Floats:
    """Rating (repeats, n) of each photo by a direction learned without its fold."""
    directions = out_of_fold_directions(learner, taught, folds, on_fit=on_fit)
    return ratings_by_fold(directions, taught, folds)


def progress_callback(
    on_progress: Callable[[int, int], None] | None, total: int
) -> Callable[[], None] | None:
    """Callback that counts finished fits and reports (done, total); None without `on_progress`."""
    if on_progress is None:
        return None
    done = count(1)
    return lambda: on_progress(min(next(done), total), total)


def _fitted(
    learner: DirectionLearner,
    taught: JudgedPhotos,
    folds: Folds,
    place: tuple[int, ...],
    share: float,
) -> Direction:
    """Direction (d,) that a learner finds without the photos of one test fold of one repeat."""
    rows = folds.learned_from(*place)
    if len(rows) < 2:
        raise ComparisonsError(
            f"{len(taught.X)} photos were judged, and without a fold {len(rows)} is left to "
            "learn from: judge more photos"
        )
    if share < 1:
        rows = _random_share(folds, rows, share, seed=list(place))
    known = None if taught.scenes is None else taught.scenes[rows]
    beside = None if taught.beside is None else taught.beside.take(rows)
    part = taught.comparisons.take(rows)
    return learner.unfitted().fit(taught.X[rows], part, known, beside).direction_


def _fits_at_once(X: Embeddings) -> int:
    """Number of fits to run in parallel: one per core, fewer for large training sets."""
    return max(min(usable_cores(), _FITTED_AT_ONCE // max(X.nbytes, 1)), 1)


def _training_set(index: Index, card: Card, photos: JudgedPhotos) -> JudgedPhotos:
    """Training data of the vector described by `card`: photos, comparisons, degraded copies."""
    rater, by_raters = card.parameters.get("rater"), bool(card.parameters.get("by_raters"))
    if (rater, by_raters) != (photos.rater, photos.by_raters):
        every = index.comparisons(rater=rater, by_raters=by_raters)
        photos = replace(photos, comparisons=every.take(photos.rows))
    if weight := card.parameters.get("with_degradations"):
        beside = cached_differences(index, photos, weight)
        if beside is None:
            raise ComparisonsError(f"degraded copies of the photos of {index.name} are not cached")
        photos = replace(photos, beside=beside)
    return photos.compared_within(card.parameters.get("within"))


def _random_share(folds: Folds, rows: Codes, share: float, *, seed: list[int]) -> Codes:
    """Indices of the photos in `rows` that belong to a randomly drawn share of the groups.

    A photo in no group is a group of its own.
    """
    every = np.arange(folds.codes.shape[1])
    units = every if folds.by is None else unit_codes(folds.by, n=len(every))
    present = np.unique(units[rows])
    rng = np.random.default_rng(seed)
    drawn = rng.choice(present, max(round(share * len(present)), 1), replace=False)
    return rows[np.isin(units[rows], drawn)]
