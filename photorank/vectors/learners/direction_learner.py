"""Base classes of all learners, which fit one unit direction to judged photos."""

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.known_differences import KnownDifferences
from photorank.errors import ComparisonsError, DegenerateDirectionError
from photorank.typing import Codes, Direction, Floats, Ratings
from photorank.vectors.learners.estimator import Estimator

_SAME_PHOTO = 1e-6  # of an embedding's largest number: the rounding of float32


class DirectionLearner(Estimator):
    """Base class of rating-direction learners, with the estimator interface of scikit-learn.

    ``fit(X, y)`` takes embeddings (n, d) and either one score a photo or
    :class:`~photorank.comparisons.comparisons.Comparisons`, of which scores are
    the plain case.

    Attributes
    ----------
    direction_ : ndarray of shape (d,)
        The learned direction, of unit length: the master-vector.
    n_features_in_ : int
        Embedding dimensions seen during :meth:`fit`.
    """

    # Of the photos; single precision, as indexes have it, where a learner needs no copy of them.
    _precisions: ClassVar[tuple[type, ...]] = (np.float64,)

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | Comparisons,
        groups: ArrayLike | None = None,
        beside: KnownDifferences | None = None,
    ) -> Self:
        """Fit the learner to photos' embeddings X (n, d) and people's judgements y of these photos.

        Where `groups` (n,) are known, −1 for a photo on its own, a penalty that is chosen by
        holding out photos holds out whole groups: photos of one group tell of each other.
        Differences from degraded copies count `beside` the judgements, where a learner takes them.

        Raises
        ------
        ComparisonsError
            If no two photos were judged differently.
        DegenerateDirectionError
            If the judgements cancel out, so that they define no direction.
        """
        if isinstance(y, Comparisons):
            rows, comparisons = self._validated(X, self._precisions, reset=True), y  # (n, d)
            if len(rows) != comparisons.n:
                raise ValueError(f"there are {len(rows)} photos, and {comparisons.n} are compared")
        else:
            from sklearn.utils.validation import validate_data

            rows, scores = validate_data(self, X, y, dtype=self._precisions, y_numeric=True)
            comparisons = Comparisons.from_scores(scores)

        if len(rows) < 2:
            raise ComparisonsError("1 sample makes no pair: two photos or more must be judged")
        if not comparisons.n_pairs:
            raise ComparisonsError("no two photos were judged differently, so there is no pair")

        self._groups = None if groups is None else np.asarray(groups)
        self._beside = beside
        if beside is not None:
            self.check_takes_differences()
        active = comparisons.active
        judged = rows if len(active) == len(rows) else rows[active]
        largest = float(max(rows.max(), -rows.min()))
        # Copies of one picture differ by rounding alone, which would look like a direction.
        if not float((judged.max(axis=0) - judged.min(axis=0)).max()) > _SAME_PHOTO * largest:
            raise DegenerateDirectionError(
                "the judged photos are all the same picture, so they define no direction: judge "
                "photos that differ"
            )
        weights = self._learn(rows, comparisons)  # (d,)
        length = np.linalg.norm(weights)
        if not length > 1e-12 * max(1.0, largest):
            raise DegenerateDirectionError(
                "the judgements cancel out, so they define no direction: add photos that people "
                "judged differently"
            )
        self.direction_: Direction = weights / length
        self.length_ = float(length)
        return self

    takes_differences: ClassVar[bool] = False  # whether it learns from degraded copies, too
    _groups: Codes | None = None  # (n,) of the photos being learned from
    _beside: KnownDifferences | None = None

    def check_takes_differences(self) -> None:
        """Raise ComparisonsError if the learner cannot use photos paired with degraded copies."""
        if not self.takes_differences:
            raise ComparisonsError(
                "this learner takes judgements alone: leave out the degradations, or use all-pairs"
            )

    def decision_function(self, X: ArrayLike) -> Ratings:
        """Ratings (n,) of photos: dot products of embeddings (n, d) with the direction."""
        return self._checked(X) @ self.direction_

    def predict(self, X: ArrayLike) -> Ratings:
        """Ratings (n,) of photos from embeddings (n, d); same as :meth:`decision_function`."""
        return self.decision_function(X)

    def for_tests(self) -> "DirectionLearner":
        """Learner for leak-free tests, with no settings estimated from other people's ratings."""
        return self

    def score(self, X: ArrayLike, y: ArrayLike | Comparisons) -> float:
        """Pairwise accuracy of the learned ratings on judged photos; 1 is best, chance is 0.5."""
        comparisons = y if isinstance(y, Comparisons) else Comparisons.from_scores(y)
        credit, weight = comparisons.agreement(self.decision_function(X))
        return float(credit.sum() / weight.sum())

    @abstractmethod
    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        """Unnormalised rating direction (d,) learned from embeddings X (n, d) and comparisons."""

    def _checked(self, X: ArrayLike) -> Floats:
        if not hasattr(self, "direction_"):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(f"this {type(self).__name__} has learned nothing yet: call `fit`")
        return self._validated(X, (np.float64,))


class UncertainLearner(DirectionLearner):
    """Base class of learners that also give standard errors of ratings."""

    _centre: Floats  # (d,) the mean photo of the training set

    def standard_errors(self, X: ArrayLike) -> Floats:
        """Posterior standard error (n,) of each photo's rating.

        Photos are taken relative to the mean photo of the training set, whose rating
        orders nothing.
        """
        spread = (self._checked(X) - self._centre) @ self._covariance_root()
        return np.linalg.norm(spread, axis=1) / self.length_

    @abstractmethod
    def _covariance_root(self) -> Floats:
        """Matrix R: R Rᵀ is the covariance (d, d) of the unnormalised learned direction."""
