"""Look-up of learners by name: built-in ones, and those that installed plugins register."""

from photorank.entry_points import declared_names, load_declared, refused
from photorank.errors import UnknownNameError
from photorank.vectors.learners.all_pairs import AllPairs
from photorank.vectors.learners.bradley_terry import BradleyTerry
from photorank.vectors.learners.direction_learner import DirectionLearner
from photorank.vectors.learners.mean_difference import MeanDifference
from photorank.vectors.learners.rank_svm import RankSVM
from photorank.vectors.learners.sampled_pairs import PairLeastSquares
from photorank.vectors.learners.spanning_pairs import SpanningPairs
from photorank.vectors.taste.personal_learner import Personal

LEARNERS: dict[str, DirectionLearner] = {
    "mean-difference": MeanDifference(),
    "pair-least-squares": PairLeastSquares(),
    "spanning-pairs": SpanningPairs(),
    "all-pairs": AllPairs(),
    "bradley-terry": BradleyTerry(),
    "rank-svm": RankSVM(),
    "personal": Personal(),
}


def is_learner(kind: str) -> bool:
    """True if a learner of this name is built in or comes with an installed package."""
    return kind in LEARNERS or kind in declared_names("photorank.learners")


def known_learners() -> list[str]:
    """Names of all learners: built-in ones, and those of installed packages."""
    return [*LEARNERS, *declared_names("photorank.learners")]


def learner_named(kind: str) -> DirectionLearner:
    """Unfitted learner of the given name, shared by all callers: clone it before fitting.

    Raises UnknownNameError if there is none, EntryPointError if its package cannot be used.
    """
    if kind in LEARNERS:
        return LEARNERS[kind]
    declared = load_declared("photorank.learners", kind)
    if declared is None:
        raise UnknownNameError("learner", kind, known_learners())
    learner = declared() if isinstance(declared, type) else declared
    if not isinstance(learner, DirectionLearner):
        raise refused("photorank.learners", kind, "it is no DirectionLearner")
    return learner


def make_learner(kind: str, *, seed: int, **parameters: object) -> DirectionLearner:
    """New unfitted learner of the given name, with its parameters and random seed set.

    Raises
    ------
    UnknownNameError
        If there is no learner of that name, or it lacks a parameter.
    EntryPointError
        If another package declares it and cannot be used.
    """
    learner = learner_named(kind).unfitted()
    known = learner.get_params()
    for parameter in parameters:
        if parameter not in known:
            raise UnknownNameError(f"argument of {kind}", parameter.replace("_", "-"), list(known))
    learner.set_params(**parameters)
    if "random_state" in known:
        learner.set_params(random_state=seed)
    return learner
