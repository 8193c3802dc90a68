"""Simplest learner, a baseline: mean embedding of winners minus that of losers."""

import numpy as np

from photorank.comparisons.comparisons import Comparisons
from photorank.comparisons.double_precision import products
from photorank.typing import Floats
from photorank.vectors.learners.direction_learner import DirectionLearner


class MeanDifference(DirectionLearner):
    """Learner whose direction is the mean embedding difference, winner minus loser.

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

    _precisions = (np.float64, np.float32)

    def _learn(self, X: Floats, comparisons: Comparisons) -> Floats:
        return products(X, comparisons.net_wins())
