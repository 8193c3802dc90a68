"""The learners by name."""

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
