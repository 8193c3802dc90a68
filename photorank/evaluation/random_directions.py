"""Chance baseline: mean and range of each metric over many random directions."""

import numpy as np

from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.evaluation.result_types import Result
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
from photorank.metrics.ranking import (
    GAP_WEIGHTED,
    PAIR_METRICS,
    correlation_by_column,
    pair_metrics,
)
from photorank.typing import Codes, Floats, Scope
from photorank.vectors.store import RANDOM_NAME

DIRECTIONS = 200
# Photos of whole folds that they rate, and photos at most whose pairs are counted: more would not
# change the range's second digit.
_LEAST_PHOTOS, _MOST_PHOTOS = 300, 600
# Without the logistic fit, which would take longer than all other metrics.
_LIST_METRICS = {name: metric for name, metric in LIST_METRICS.items() if name != LOGISTIC}
_UNDEFINED = NOT_MEASURED | {name: Limits(np.nan, np.nan, np.nan) for name in PAIR_METRICS}
INTERVAL = f"range of 95 % of {DIRECTIONS} random directions"


def random_result(
    photos: JudgedPhotos, pairs: HeldOutPairs, scope: Scope, protocol: Protocol
) -> Result:
    """Mean of each metric over random directions, with its central 95 % range.

    One direction may be far from chance, as photos of one kind have much in common: what another
    vector has to beat is the range. Metrics of lists are measured over all pairs alone, and the one
    after a logistic fit nowhere (nan).
    """
    rng = np.random.default_rng(protocol.seed)
    directions = rng.normal(size=(DIRECTIONS, photos.X.shape[1]))
    rows = _photos_of_first_folds(pairs.folds)
    few = rows if len(rows) <= _MOST_PHOTOS else rng.choice(rows, _MOST_PHOTOS, replace=False)
    graph, ratings = pairs.graphs[0].take(few), photos.X[few] @ directions.T  # (n, DIRECTIONS)
    found = _order_metrics(ratings, graph, protocol.gap_power) | _correlations(ratings, graph)
    for name in PAIR_METRICS.keys() - found.keys():
        sums = PAIR_METRICS[name]
        found[name] = [sums(one, graph, couples=0).value for one in ratings.T]
    if scope == "all":
        found |= _top_metrics(photos.X[rows] @ directions.T, pairs, rows)
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
        metrics=_UNDEFINED | {name: _range(values) for name, values in found.items()},
        fold_by=protocol.fold_by or "",
    )


def _photos_of_first_folds(folds: Folds) -> Codes:
    """Indices of the photos in the first few test folds, at least `_LEAST_PHOTOS` in total."""
    codes = folds.codes[0]
    sizes = np.bincount(codes[codes >= 0], minlength=folds.k)
    last = np.searchsorted(np.cumsum(sizes), _LEAST_PHOTOS)
    return np.flatnonzero((codes >= 0) & (codes <= last))


def _top_metrics(ratings: Floats, pairs: HeldOutPairs, rows: Codes) -> dict[str, list[float]]:
    """Dict that maps a metric's name (such as NDCG) to its values, one per column of `ratings`.

    `rows` are the rated photos.
    """
    graph, codes = pairs.graphs[0].take(rows), pairs.folds.codes[:1, rows]
    folds = Folds(codes, pairs.folds.k, None)
    found = values_by_fold_of_lists(ratings[None], (graph,), folds, _LIST_METRICS)
    return {name: values.mean(axis=0).tolist() for name, values in found.items()}


def _order_metrics(ratings: Floats, graph: Comparisons, gap_power: int) -> dict[str, list[float]]:
    """Order metrics, such as Kendall's τ_b, of each random direction (a column of `ratings`).

    The ratings (n, k) have no ties.
    """
    pairs = np.stack(np.triu_indices(len(ratings), 1), axis=1)
    weight, margin = graph.edges(pairs)
    kept = np.flatnonzero(weight * margin)
    if not len(kept):
        return {}  # no pair among these photos: what is left is not defined either
    pairs, weight, sign = pairs[kept], weight[kept], np.sign(margin[kept])
    agree = np.sign(ratings[pairs[:, 0]] - ratings[pairs[:, 1]]) * sign[:, None]  # (m, k)
    net = weight @ agree
    untied = graph.untied_weight(ratings[:, 0]).sum() / 2
    found = {
        "pairwise_accuracy": (1 + net / weight.sum()) / 2,
        "kendall_tau_b": net / np.sqrt(weight.sum() * untied),
    }
    if GAP_WEIGHTED in pair_metrics(gap_power, graph):
        wider = graph.with_gap_power(gap_power).edges(pairs).weight
        found[GAP_WEIGHTED] = (1 + wider @ agree / wider.sum()) / 2
    return {name: values.tolist() for name, values in found.items()}


def _correlations(ratings: Floats, graph: Comparisons) -> dict[str, list[float]]:
    """Spearman's and Pearson's correlations of each column of ratings (n, k) with people's scores.

    Empty for choices, which have no scores.
    """
    if not isinstance(graph, ScoreComparisons) or not graph.n_pairs:
        return {}
    scores = np.nan_to_num(graph.scores)
    ranks = [np.nan_to_num(graph.fractional_ranks(one)) for one in (scores, *ratings.T)]
    return {
        "pearson": correlation_by_column(scores, ratings, graph).tolist(),
        "spearman": correlation_by_column(ranks[0], np.stack(ranks[1:], axis=1), graph).tolist(),
    }


def _range(values: list[float]) -> Limits:
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    mean = float(np.mean(values))  # of equal values it may differ in the last digit
    return Limits(mean, min(low, mean), max(high, mean))
