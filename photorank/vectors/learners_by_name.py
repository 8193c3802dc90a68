"""The learners by name, and the simplest of them."""

from photorank.labels.comparisons import Comparisons
from photorank.typing import Floats
from photorank.vectors.all_pairs import AllPairs
from photorank.vectors.bradley_terry import BradleyTerry
from photorank.vectors.direction import DirectionLearner
from photorank.vectors.pair_samples import PairLeastSquares
from photorank.vectors.personal import Personal
from photorank.vectors.rank_svm import RankSVM
from photorank.vectors.spanning_pairs import SpanningPairs


class MeanDifference(DirectionLearner):
    """The mean of winner minus loser over all comparisons.

    With two classes, liked and disliked, it is the difference of their means;
    it is also where :class:`AllPairs` ends as its penalty grows, which makes
    it the baseline that any other learner must beat.

    Examples
    --------
    >>> import numpy as np
    >>> photos = np.array([[3.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    >>> MeanDifference().fit(photos, [5, 1, 3]).direction_
    array([1., 0.])
    """

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        return X.T @ comparisons.net_wins()


LEARNERS: dict[str, DirectionLearner] = {
    "mean-difference": MeanDifference(),
    "pair-least-squares": PairLeastSquares(),
    "spanning-pairs": SpanningPairs(),
    "all-pairs": AllPairs(),
    "bradley-terry": BradleyTerry(),
    "rank-svm": RankSVM(),
    "personal": Personal(),
}
