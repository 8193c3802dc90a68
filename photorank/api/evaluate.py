"""Evaluation of an index's rating vectors and learners, from Python."""

from collections.abc import Sequence

from photorank.api.index import Index
from photorank.evaluation import evaluate as evaluation
from photorank.evaluation.saved_evaluation import Evaluation
from photorank.learning.protocol import Protocol


def evaluate(
    index: Index,
    *,
    vectors: Sequence[str] | None = None,
    learners: Sequence[str] = evaluation.DEFAULT_LEARNERS,
    protocol: Protocol | None = None,
) -> Evaluation:
    """Held-out accuracy of rating vectors and learners, with confidence intervals.

    Parameters
    ----------
    index : Index
    vectors : sequence of str, optional
        Vectors of the index; by default all.
    learners : sequence of str
        Learners that are fitted anew without each fold.
    protocol : Protocol, optional
        Folds, repeats and seed. By default folds are by the coarser of the groups and series
        that are known, and by photo beside it.

    Returns
    -------
    Evaluation
        Its ``results`` have ``vector``, ``scope``, ``fold_by`` and ``metrics``, each metric with
        ``value``, ``low`` and ``high``; its ``differences`` are paired, with Holm's p-values.

    Raises
    ------
    NoLabelsError
        If nobody judged the photos, or all the same.
    """
    return evaluation.evaluate(
        index.opened,
        vectors=vectors,
        learners=learners,
        protocol=protocol,
        load=lambda: index.encoder,
    )
