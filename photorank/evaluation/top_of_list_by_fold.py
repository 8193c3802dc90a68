"""Top-of-list metrics, such as NDCG, as one value per test fold."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from photorank.comparisons.comparisons import Comparisons, ScoreComparisons
from photorank.entry_points import declared_names, load_declared, refused
from photorank.metrics.estimates import Limits
from photorank.metrics.folds import Folds
from photorank.metrics.logistic import after_logistic_by_column
from photorank.metrics.top_of_list import album_regret_by_block, ndcg_by_block, precision_by_block
from photorank.typing import Floats, Ratings

# Of ratings (n, c) of c contenders, a row (c,) a list.
ListMetric: TypeAlias = Callable[[Floats, Comparisons], Floats]

PLACES = 10  # k, the number of photos on a spread or a screen
_MIN_PHOTOS_FOR_LOGISTIC = 20  # in a fold, for the four parameters of the logistic

LOGISTIC = "pearson_after_logistic"
# Each returns one value a list. Lists of no more than k photos leave no choice of k.
LIST_METRICS: dict[str, ListMetric] = {
    "ndcg": ndcg_by_block,
    f"ndcg_at_{PLACES}": lambda r, graph: ndcg_by_block(r, _long_lists(graph), PLACES),
    f"precision_at_{PLACES}": lambda r, graph: precision_by_block(r, _long_lists(graph), PLACES),
    f"album_regret_at_{PLACES}": lambda r, graph: album_regret_by_block(r, graph, PLACES),
    LOGISTIC: lambda r, graph: _logistic(r, graph),
}
# Placeholders, so that every result has all top-of-list metrics.
NOT_MEASURED = {name: Limits(np.nan, np.nan, np.nan) for name in LIST_METRICS}
FLOORS = {f"album_regret_at_{PLACES}": -np.inf, LOGISTIC: -1.0}


def list_metrics() -> dict[str, ListMetric]:
    """Top-of-list metric functions by name, including those that installed plugins register.

    A declared one is a function of ratings (n,) and comparisons, which returns a number; nan
    where it is not defined. Raises EntryPointError if its package cannot be used.
    """
    declared = {}
    for name in declared_names("photorank.metrics"):
        metric = load_declared("photorank.metrics", name)
        if not callable(metric):
            raise refused("photorank.metrics", name, "it is no function")
        declared[name] = _as_list_metric(metric)
    return declared | LIST_METRICS


def values_by_fold_of_lists(
    ratings: Floats,
    graphs: tuple[Comparisons, ...],
    folds: Folds,
    metrics: Mapping[str, ListMetric] = LIST_METRICS,
) -> dict[str, Floats]:
    """Top-of-list metrics of each test fold, as arrays by metric name.

    Each array has a row per test fold and a column per vector or learner.
    Their mean equals the mean over lists: a fold of many lists counts as many, by a ratio's
    first-order shares. nan where there is no list.
    """
    parts = [
        (ratings[repeat][rows], graphs[repeat].take(rows))
        for repeat, codes in enumerate(folds.codes)
        for fold in range(folds.k)
        for rows in [np.flatnonzero(codes == fold)]
    ]
    found = {}
    for name, metric in metrics.items():
        lists = [metric(r, graph) for r, graph in parts]  # (l, c) each
        sums = np.array([np.nansum(values, axis=0) for values in lists])
        counts = np.array([(~np.isnan(values)).sum(axis=0) for values in lists])
        every = np.where(counts.any(axis=0), counts.sum(axis=0), np.nan)
        mean = sums.sum(axis=0) / every
        found[name] = mean + (sums - mean * counts) * len(parts) / every
    return found


def _as_list_metric(metric: Callable[[Ratings, Comparisons], float]) -> ListMetric:
    """Plugin's metric, wrapped so that it treats the photos of a fold as one ranked list."""

    def values(r: Floats, graph: Comparisons) -> Floats:
        if not graph.n_pairs:
            return np.empty((0, r.shape[1]))
        return np.array([[float(metric(column, graph)) for column in r.T]])

    return values


def _long_lists(graph: Comparisons) -> Comparisons:
    """Comparisons of `graph`, only within photo lists of more than `PLACES` (10) photos."""
    if not isinstance(graph, ScoreComparisons):
        return graph
    rows = [block for block in graph.blocks() if len(block) > PLACES]
    codes = np.full(graph.n, -1, dtype=np.intp)
    for number, block in enumerate(rows):
        codes[block] = number
    return graph.restricted(codes, "within")


def _logistic(r: Floats, graph: Comparisons) -> Floats:
    if len(graph.active) < _MIN_PHOTOS_FOR_LOGISTIC:
        return np.empty((0, r.shape[1]))
    return after_logistic_by_column(r, graph)[None]
