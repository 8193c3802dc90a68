"""Learners by name."""

from sklearn.base import clone

from photorank.errors import UnknownNameError
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.bradley_terry import BradleyTerry
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.mean_difference import MeanDifference
from photorank.vectors.learners.rank_svm import RankSVM
from photorank.vectors.learners.sampled_pairs import PairLeastSquares
from photorank.vectors.learners.spanning_pairs import SpanningPairs
from photorank.vectors.taste.personal import Personal

LEARNERS: dict[str, DirectionLearner] = {
    "mean-difference": MeanDifference(),
    "pair-least-squares": PairLeastSquares(),
    "spanning-pairs": SpanningPairs(),
    "all-pairs": AllPairs(),
    "bradley-terry": BradleyTerry(),
    "rank-svm": RankSVM(),
    "personal": Personal(),
}


def make_learner(kind: str, *, seed: int, **parameters: object) -> DirectionLearner:
    """New, unfitted learner of the given name.

    Raises
    ------
    UnknownNameError
        If there is no learner of that name, or it lacks a parameter.
    """
    if kind not in LEARNERS:
        raise UnknownNameError("learner", kind, list(LEARNERS))
    learner = clone(LEARNERS[kind])
    known = learner.get_params()
    for parameter in parameters:
        if parameter not in known:
            raise UnknownNameError(f"argument of {kind}", parameter.replace("_", "-"), list(known))
    learner.set_params(**parameters)
    if "random_state" in known:
        learner.set_params(random_state=seed)
    return learner
