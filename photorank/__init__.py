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
>>> sorted(photorank.__all__)  # doctest: +NORMALIZE_WHITESPACE
['AllPairs', 'Comparisons', 'MasterVector', 'MeanDifference', 'PairLeastSquares', 'evaluate',
 'metrics', 'open_index']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from photorank import metrics
    from photorank.comparisons.comparisons import Comparisons
    from photorank.evaluation.evaluate import evaluate
    from photorank.index.opened import open_index
    from photorank.vectors.learners.all_pairs import AllPairs
    from photorank.vectors.learners.mean_difference import MeanDifference
    from photorank.vectors.learners.sampled_pairs import PairLeastSquares
    from photorank.vectors.master import MasterVector

__all__ = [
    "AllPairs",
    "Comparisons",
    "MasterVector",
    "MeanDifference",
    "PairLeastSquares",
    "evaluate",
    "metrics",
    "open_index",
]

_HOMES = {
    "AllPairs": "vectors.learners.all_pairs",
    "Comparisons": "comparisons.comparisons",
    "MasterVector": "vectors.master",
    "MeanDifference": "vectors.learners.mean_difference",
    "PairLeastSquares": "vectors.learners.sampled_pairs",
    "evaluate": "evaluation.evaluate",
    "open_index": "index.opened",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import photorank` itself takes no time."""
    if name == "metrics":
        return import_module("photorank.metrics")
    if name == "__version__":
        return import_module("importlib.metadata").version("photorank")
    if name not in _HOMES:
        raise AttributeError(f"module 'photorank' has no attribute {name!r}")
    return getattr(import_module(f"photorank.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
