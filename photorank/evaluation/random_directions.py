"""Result of random directions, the chance baseline: the mean and the range of many of them."""

import numpy as np

from photorank.evaluation.results import Result
from photorank.evaluation.top_of_list_by_fold import (
    LIST_METRICS,
    LOGISTIC,
    NOT_MEASURED,
    values_by_fold_of_lists,
)
from photorank.learning.judged_photos import JudgedPhotos
from photorank.learning.protocol import Protocol
from photorank.metrics.estimates import Limits
from photorank.metrics.folds import Folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.ranking import pair_metrics
from photorank.typing import Scope
from photorank.vectors.store import RANDOM_NAME

DIRECTIONS = 200
# Photos of whole folds that they rate: more would not change the range's second digit.
_PHOTOS = 300
# A logistic fit to each of them would take longer than all the rest.
_LIST_METRICS = {name: metric for name, metric in LIST_METRICS.items() if name != LOGISTIC}
INTERVAL = f"range of 95 % of {DIRECTIONS} random directions"


def random_result(
    photos: JudgedPhotos, pairs: HeldOutPairs, scope: Scope, protocol: Protocol, *, lists: bool
) -> Result:
    """Mean of each metric over random directions, with the range that 95 % of them are in.

    One direction may be far from chance, as photos of one kind have much in common: what another
    vector has to beat is the range. The metric after a logistic fit is left out (nan).
    """
    rng = np.random.default_rng(protocol.seed)
    codes = pairs.folds.codes[0]
    sizes = np.bincount(codes[codes >= 0], minlength=pairs.folds.k)
    last = int(np.searchsorted(np.cumsum(sizes), _PHOTOS))
    rows = np.flatnonzero((codes >= 0) & (codes <= last))
    graph, folds = pairs.graphs[0].take(rows), Folds(codes[None, rows], pairs.folds.k, None)
    metrics = pair_metrics(protocol.gap_power, graph)
    found: dict[str, list[float]] = {}
    for direction in rng.normal(size=(DIRECTIONS, photos.X.shape[1])):
        ratings = photos.X[rows] @ direction
        for name, sums in metrics.items():
            found.setdefault(name, []).append(sums(ratings, graph, couples=0).value)
        wanted = _LIST_METRICS if lists else {}
        by_fold = values_by_fold_of_lists(ratings[None], (graph,), folds, wanted)
        for name, values in by_fold.items():
            found.setdefault(name, []).append(float(values.mean()))
    return Result(
        vector=RANDOM_NAME,
        kind="random",
        scope=scope,
        in_sample=False,
        refitted=False,
        baseline=True,
        interval=INTERVAL,
        n_photos=pairs.n_photos,
        n_pairs=pairs.n_pairs,
        metrics=NOT_MEASURED | {name: _range(values) for name, values in found.items()},
        fold_by=protocol.fold_by or "",
    )


def _range(values: list[float]) -> Limits:
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    mean = float(np.mean(values))  # of equal values it may differ in the last digit
    return Limits(mean, min(low, mean), max(high, mean))
