"""Benchmark of the time to evaluate a vector's ratings, in photorank and in SciPy."""

from dataclasses import dataclass

import numpy as np

from photorank.bench.timing import side_by_side
from photorank.comparisons.comparisons import Comparisons
from photorank.errors import NoLabelsError
from photorank.index.opened import Index
from photorank.metrics.jackknife_intervals import jackknife
from photorank.metrics.ranking import accuracy_sums, kendall_sums, spearman_sums
from photorank.typing import Json
from photorank.vectors.master import MasterVector


@dataclass(frozen=True)
class EvaluationSpeed:
    """Seconds to evaluate a rating direction, by photorank and by SciPy.

    The seconds to rate all photos, and the computed accuracy, are recorded as well.
    """

    index: str
    vector: str
    photos: int  # with a score
    ours: float  # pairwise accuracy, tau-b and rho, the value without each photo, an interval
    scipy: float  # kendalltau and spearmanr: tau-b and rho alone
    rating: float  # of all photos by the vector, from the mapped shards
    pairwise_accuracy: float
    low: float  # of its 95 % interval
    high: float
    off: float  # the greatest difference of tau-b and rho from SciPy's

    def to_json(self) -> Json:
        """The measured times as a JSON object."""
        return {**vars(self), "ratio": self.scipy / self.ours}


def measure_evaluation(index: Index, vector: MasterVector, *, rounds: int) -> EvaluationSpeed:
    """Time that photorank and SciPy take to evaluate a rating direction on people's scores.

    Raises :class:`NoLabelsError` where nobody gave scores, for choices have no rank correlation.
    """
    from scipy.stats import kendalltau, spearmanr

    scores = index.labels().scores
    judged = np.isfinite(scores)
    if not judged.any():
        raise NoLabelsError(index.name, "has no scores")
    ratings, scores = index.rate(vector)[judged], scores[judged]

    def measured() -> tuple[float, ...]:
        comparisons = Comparisons.from_scores(scores)
        sums = [count(ratings, comparisons) for count in (accuracy_sums, kendall_sums)]
        sums.append(spearman_sums(ratings, comparisons))
        counts = {"n_photos": len(scores), "n_pairs": comparisons.n_pairs}
        accuracy, tau, rho = (jackknife(one.leave_one_out(), **counts) for one in sums)
        return accuracy.value, accuracy.low, accuracy.high, tau.value, rho.value

    taken = side_by_side(
        {
            "ours": measured,
            "scipy": lambda: (kendalltau(ratings, scores), spearmanr(ratings, scores)),
            "rating": lambda: index.rate(vector),
        },
        rounds,
    )
    value, low, high, tau, rho = measured()
    theirs = [call(ratings, scores).statistic for call in (kendalltau, spearmanr)]
    return EvaluationSpeed(
        index=index.name,
        vector=vector.name,
        photos=len(scores),
        **taken,
        pairwise_accuracy=value,
        low=low,
        high=high,
        off=float(np.abs(np.array([tau, rho]) - theirs).max()),
    )
