"""Choice of the rating vector to use by default, and the order in which vectors are listed."""

from collections.abc import Mapping

from photorank.errors import NoVectorsError
from photorank.evaluation.saved_evaluation import Evaluation, latest_evaluation
from photorank.index.opened import Index
from photorank.vectors.master import MasterVector
from photorank.vectors.plain_prompts import KINDS_FROM_WORDS
from photorank.vectors.shipped import BUILTIN
from photorank.vectors.store import ME, is_of_rater, list_vectors


def default_vector(index: Index) -> tuple[str, str]:
    """Name of the default vector and why it was chosen; raises NoVectorsError if there is none."""
    vectors, evaluation = list_vectors(index), latest_evaluation(index.paths)
    if not vectors:
        raise NoVectorsError(index.name, words=index.manifest.knows_words)
    name = by_preference(vectors, evaluation)[0]
    if _is_trusted_taste(vectors[name]):
        return name, "your taste, which is no worse on held-out choices than what it began from"
    if evaluation is not None and name in _better_than_guessing(evaluation):
        return name, "the best vector of the latest evaluation"
    return name, "built in" if name in BUILTIN else "the first of the index's vectors"


def by_preference(vectors: Mapping[str, MasterVector], evaluation: Evaluation | None) -> list[str]:
    """Vector names in order of preference: the user's own vector, then the most accurate ones.

    The taste comes first only where it is no worse on held-out choices than what it began from.
    Then come the built-in default, other learned ones, untested ones from words, and last those
    that were tested and may be no better than guessing.
    """
    better = [] if evaluation is None else _better_than_guessing(evaluation)
    worse = set() if evaluation is None else {row.vector for row in evaluation.competing()}
    worse -= set(better)

    usual = next((name for name in BUILTIN if name in vectors), None)

    def place(name: str) -> tuple[bool, int, bool, bool]:
        rank = better.index(name) if name in better else len(better) + (name in worse)
        trusted = _is_trusted_taste(vectors[name])
        return not trusted, rank, name != usual, vectors[name].kind in KINDS_FROM_WORDS

    return sorted(vectors, key=place)


def _is_trusted_taste(vector: MasterVector) -> bool:
    """True for the user's own vector if it is at least as accurate as the vector it started from.

    On held-out choices; without a prior it is compared with guessing.
    """
    card = vector.card
    if not is_of_rater(vector, ME) or card.accuracy is None:
        return False
    return card.accuracy.value >= (
        0.5 if card.prior_accuracy is None else card.prior_accuracy.value
    )


def _better_than_guessing(evaluation: Evaluation) -> list[str]:
    """Names of vectors whose held-out accuracy is significantly above 0.5, best first."""
    return [row.vector for row in evaluation.competing() if row.accuracy.low > 0.5]
