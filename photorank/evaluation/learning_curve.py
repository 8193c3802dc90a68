"""Learning curve: held-out accuracy of a learner by number of training photos."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Self

from photorank.errors import ComparisonsError, DegenerateDirectionError
from photorank.evaluation.contenders import Contender
from photorank.evaluation.result_types import AccuracyByPhotos
from photorank.learning.held_out_directions import Fits, ratings_by_fold
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.vectors.learners_by_name import make_learner

# Shares of the training photos that the curve is drawn through; all of them are fitted already.
SHARES = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
_LEAST_PHOTOS = 8  # less than a handful says nothing of the learner


@dataclass(frozen=True)
class LearningCurve:
    """Learning curve: how well a learner rates photos, by the number of its training photos.

    All points are tested on the folds of the first repeat, so on the same pairs.
    """

    contender: Contender
    photos: JudgedPhotos
    once: Folds
    fits: dict[int, Fits]  # by number of photos learned from

    @classmethod
    def begin(
        cls,
        contender: Contender,
        photos: JudgedPhotos,
        folds: Folds,
        protocol: Protocol,
        threads: Executor,
    ) -> Self:
        """Start fitting a learner in threads; return an object that gives the learning curve later.

        The curve has no points for a single split.
        """
        once = Folds(folds.codes[:1], folds.k, folds.by)
        taught = photos.compared_within(protocol.within)
        learner = make_learner(contender.name, seed=protocol.seed)
        shares = {_training_size(share, photos, folds): share for share in SHARES}
        fits = {
            n: Fits(threads, learner, taught, once, share=share)
            for n, share in shares.items()
            if folds.refits and n >= _LEAST_PHOTOS
        }
        return cls(contender, photos, once, fits)

    def points(self, on_fit: Callable[[], None] | None = None) -> tuple[AccuracyByPhotos, ...]:
        """Points of the curve (accuracy by number of training photos), after waiting for all fits.

        Empty with a single fold.
        """
        if not self.once.refits:
            return ()
        pairs = HeldOutPairs.of(self.photos.comparisons, self.once)
        rated = {}
        for n, fits in self.fits.items():
            try:
                rated[n] = ratings_by_fold(fits.directions(on_fit), self.photos, self.once)
            except (ComparisonsError, DegenerateDirectionError):
                continue  # so few photos that some fold has no pair: the curve begins further on
        rated[_training_size(1.0, self.photos, self.once)] = self.contender.ratings[:1]
        return tuple(
            AccuracyByPhotos(
                **vars(pairs.accuracy(ratings)), vector=self.contender.name, n_learned_from=n
            )
            for n, ratings in rated.items()
            if n >= _LEAST_PHOTOS
        )


def _training_size(share: float, photos: JudgedPhotos, folds: Folds) -> int:
    """Number of photos in a given share of a fold's training set."""
    return round(share * len(photos.X) * (folds.k - 1) / folds.k)
