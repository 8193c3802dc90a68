"""Rate photos by learned directions in an embedding space, and prove that the rating works.

What stands here is the public interface; each name is imported when it is first used.

Examples
--------
>>> import numpy as np
>>> import photorank
>>> photos = np.array([[0.0, 1.0], [0.6, 0.8], [0.8, 0.6], [1.0, 0.0]])  # (n, d), unit rows
>>> people = photorank.Comparisons.from_scores([1, 2, 2, 3])
>>> learned = photorank.MeanDifference().fit(photos, people)
>>> learned.score(photos, people)
1.0
>>> photorank.measure(learned.predict(photos), people)["pairwise_accuracy"].value
1.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photorank import metrics
    from photorank.api.cross_validation import cross_validate, measure
    from photorank.api.evaluate import evaluate
    from photorank.api.index import Index
    from photorank.api.open_and_build import build_index, open_index
    from photorank.comparisons.comparisons import Comparisons
    from photorank.encoders import load_encoder
    from photorank.encoders.function_encoder import image_encoder
    from photorank.errors import PhotorankError
    from photorank.learning.protocol import Protocol
    from photorank.vectors.learners.all_pairs import AllPairs
    from photorank.vectors.learners.bradley_terry import BradleyTerry
    from photorank.vectors.learners.direction_learner import DirectionLearner
    from photorank.vectors.learners.mean_difference import MeanDifference
    from photorank.vectors.learners.rank_svm import RankSVM
    from photorank.vectors.learners.sampled_pairs import PairLeastSquares
    from photorank.vectors.learners.spanning_pairs import SpanningPairs
    from photorank.vectors.master import MasterVector
    from photorank.vectors.plain_prompts import prompt_vector
    from photorank.vectors.taste.personal_learner import Personal

__all__ = [
    "AllPairs",
    "BradleyTerry",
    "Comparisons",
    "DirectionLearner",
    "Index",
    "MasterVector",
    "MeanDifference",
    "PairLeastSquares",
    "Personal",
    "PhotorankError",
    "Protocol",
    "RankSVM",
    "SpanningPairs",
    "build_index",
    "cross_validate",
    "evaluate",
    "image_encoder",
    "load_encoder",
    "measure",
    "metrics",
    "open_index",
    "prompt_vector",
]

_HOMES = {
    "AllPairs": "vectors.learners.all_pairs",
    "BradleyTerry": "vectors.learners.bradley_terry",
    "Comparisons": "comparisons.comparisons",
    "DirectionLearner": "vectors.learners.direction_learner",
    "Index": "api.index",
    "MasterVector": "vectors.master",
    "MeanDifference": "vectors.learners.mean_difference",
    "PairLeastSquares": "vectors.learners.sampled_pairs",
    "Personal": "vectors.taste.personal_learner",
    "PhotorankError": "errors",
    "Protocol": "learning.protocol",
    "RankSVM": "vectors.learners.rank_svm",
    "SpanningPairs": "vectors.learners.spanning_pairs",
    "build_index": "api.open_and_build",
    "cross_validate": "api.cross_validation",
    "evaluate": "api.evaluate",
    "image_encoder": "encoders.function_encoder",
    "load_encoder": "encoders",
    "measure": "api.cross_validation",
    "open_index": "api.open_and_build",
    "prompt_vector": "vectors.plain_prompts",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import photorank` stays fast."""
    if name == "metrics":
        return import_module("photorank.metrics")
    if name == "__version__":
        return import_module("importlib.metadata").version("photorank")
    if name not in _HOMES:
        raise AttributeError(f"module 'photorank' has no attribute {name!r}")
    return getattr(import_module(f"photorank.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
