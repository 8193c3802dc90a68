"""Pairwise accuracy by label difference (gap), and within each group of photos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from photorank.comparisons.codes import combined, dense_ranks
from photorank.comparisons.comparisons import ScoreComparisons
from photorank.comparisons.dominance import dominance, prefix_sums
from photorank.errors import ComparisonsError
from photorank.metrics.choose_interval import estimate_of, units_of
from photorank.metrics.estimates import Estimate
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.metrics.jackknife_intervals import widened
from photorank.metrics.pair_sums import COUPLES, PairSums, TermFunctions, checked_ratings, pair_sums
from photorank.metrics.ranking import accuracy_sums
from photorank.typing import Codes, Floats, Pairs, Ratings

# Share of the labels' range by which equal gaps may differ: 1.3 − 1.1 is not 0.2 in binary.
_GAP_TOLERANCE = 1e-9


@dataclass(frozen=True)
class GapBin:
    """Pairwise accuracy on photo pairs with a label difference in the interval (above, upto]."""

    above: float
    upto: float
    accuracy: Estimate


@dataclass(frozen=True)
class GroupAccuracy:
    """Pairwise accuracy on the photo pairs within one group, such as an event."""

    group: int  # its code
    accuracy: Estimate


def by_gap(
    ratings: Floats, pairs: HeldOutPairs, edges: Sequence[float], *, refitted: bool = False
) -> list[GapBin]:
    """Pairwise accuracy on held-out pairs, for each range of label differences (gaps).

    Every pair is counted, none is sampled, in O(n log n) a range.

    Parameters
    ----------
    ratings : ndarray of shape (repeats, n)
    pairs : HeldOutPairs
    edges : sequence of float
        E increasing gaps from 0 on; a range excludes its lower edge and
        includes its upper one.
    refitted : bool, default=False
        Whether ratings were learned without each fold: then intervals include
        the refitting.

    Returns
    -------
    list of GapBin
        E − 1 of them; 0.5 at chance, nan where there is no pair.

    Raises
    ------
    ComparisonsError
        If the comparisons are choices, which have no gaps, or edges do not
        increase from 0 on.

    Examples
    --------
    >>> from photorank.comparisons.comparisons import Comparisons
    >>> from photorank.metrics.folds import Folds
    >>> together = Folds(np.zeros((1, 4), dtype=int), 1, None)
    >>> pairs = HeldOutPairs.of(Comparisons.from_scores([1.0, 2.0, 3.0, 5.0]), together)
    >>> bins = by_gap(np.array([[0.2, 0.1, 0.3, 0.4]]), pairs, [0, 1, 4])
    >>> [(row.upto, row.accuracy.value, row.accuracy.n_pairs) for row in bins]
    [(1, 0.5, 2), (4, 1.0, 4)]
    """
    if len(edges) < 2 or edges[0] < 0 or (np.diff(edges) <= 0).any():
        raise ComparisonsError("gap edges must be at least two numbers that increase from 0 on")
    beyond = [_sums_beyond(ratings, pairs, gap, refitted) for gap in edges]
    degrees = [_degrees_beyond(pairs, gap) for gap in edges]
    found = []
    for i, (above, upto) in enumerate(pairwise(edges)):
        count = degrees[i] - degrees[i + 1]  # (repeats, n)
        accuracy = estimate_of(
            [more - fewer for more, fewer in zip(beyond[i], beyond[i + 1], strict=True)],
            pairs.folds,
            refitted=refitted,
            n_units=pairs.n_units,
            n_photos=int((count > 0).any(axis=0).sum()),
            n_pairs=round(count.sum() / 2 / len(count)),
        )
        found.append(GapBin(above, upto, accuracy))
    return found


def by_group(
    ratings: Floats, pairs: HeldOutPairs, groups: Codes, *, refitted: bool = False
) -> list[GroupAccuracy]:
    """Pairwise accuracy within each group of photos.

    Parameters
    ----------
    ratings : ndarray of shape (repeats, n)
    pairs : HeldOutPairs
    groups : ndarray of shape (n,)
        −1 is no group.
    refitted : bool, default=False
        Whether ratings were learned without each fold: then intervals include
        the refitting. A group is too few folds to tell that by itself, so its
        jackknife interval is widened as that of all pairs is.

    Returns
    -------
    list of GroupAccuracy
        In the order of the codes; 0.5 at chance, nan for a group without a
        pair, such as one of a single photo.

    Examples
    --------
    >>> from photorank.comparisons.comparisons import Comparisons
    >>> from photorank.metrics.folds import Folds
    >>> together = Folds(np.zeros((1, 4), dtype=int), 1, None)
    >>> pairs = HeldOutPairs.of(Comparisons.from_scores([1.0, 2.0, 3.0, 4.0]), together)
    >>> groups = np.array([0, 0, 1, 1])
    >>> rows = by_group(np.array([[0.1, 0.2, 0.4, 0.3]]), pairs, groups)
    >>> [row.accuracy.value for row in rows]
    [1.0, 0.0]
    """
    found = []
    wider = _refitting_factor(ratings, pairs) if refitted else 1.0
    for group in np.unique(groups[groups >= 0]):
        rows = np.flatnonzero(groups == group)
        graphs = [graph.take(rows) for graph in pairs.graphs]
        accuracy = estimate_of(
            [accuracy_sums(r[rows], graph) for r, graph in zip(ratings, graphs, strict=True)],
            pairs.folds,
            refitted=False,
            n_units=pairs.n_units,
            n_photos=len(np.unique(np.concatenate([graph.active for graph in graphs]))),
            n_pairs=round(np.mean([graph.n_pairs for graph in graphs])),
        )
        found.append(GroupAccuracy(int(group), widened(accuracy, wider)))
    return found


def _refitting_factor(ratings: Floats, pairs: HeldOutPairs) -> float:
    """Factor (≥ 1) by which refitting in each fold widens an accuracy's confidence interval.

    Both are near 1/√n, so that the ratio serves for a part of the pairs.
    """
    given, refitted = (
        pairs.estimate(pairs.sums(ratings, refitted=each), refitted=each) for each in (False, True)
    )
    ratio = (refitted.high - refitted.low) / (given.high - given.low)
    return max(float(ratio), 1.0) if np.isfinite(ratio) else 1.0


def _sums_beyond(
    ratings: Floats, pairs: HeldOutPairs, gap: float, refitted: bool
) -> list[PairSums]:
    """Sums, one per repeat, for the accuracy on photo pairs with labels more than `gap` apart."""
    sums = []
    units, couples = units_of(pairs.folds, refitted), 0 if refitted else COUPLES
    for row, graph, clusters in zip(ratings, pairs.graphs, units, strict=True):
        if not isinstance(graph, ScoreComparisons):
            raise ComparisonsError("choices have no label gaps: accuracy by gap needs scores")
        r = checked_ratings(row, graph.n)

        def by_photo(graph: ScoreComparisons, r: Ratings = r) -> Floats:
            weight = _sum_by_photo(graph, lambda part: _weight_beyond(part, gap, part.trust))
            credit = _sum_by_photo(graph, lambda part: _credit_beyond(part, gap, r[part.rows]))
            return np.stack([credit, weight, weight], axis=1)

        def by_pair(graph: ScoreComparisons, pairs: Pairs, r: Ratings = r) -> Floats:
            weight, margin = graph.edges(pairs)
            weight = weight * (np.abs(margin) > gap + _tolerance(graph))
            sign = np.sign(margin) * np.sign(r[pairs[:, 0]] - r[pairs[:, 1]])
            return np.stack([weight * (1 + sign) / 2, weight, weight], axis=1)

        count = TermFunctions(by_photo, by_pair)
        sums.append(pair_sums(count, graph, clusters=clusters, floor=0.0, couples=couples))
    return sums


def _degrees_beyond(pairs: HeldOutPairs, gap: float) -> Floats:
    """Degree (repeats, n) of each photo: its number of pairs with labels more than `gap` apart.

    A repeat is one split of the photos into test folds.
    """
    degrees = [
        _sum_by_photo(graph, lambda part: _weight_beyond(part, gap, np.ones(len(part.rows))))
        for graph in pairs.graphs
        if isinstance(graph, ScoreComparisons)
    ]
    return np.rint(degrees)


def _sum_by_photo(graph: ScoreComparisons, of: Callable[[ScoreComparisons], Floats]) -> Floats:
    """Sum (n,) of a quantity, such as weight, over each photo's compared pairs.

    `of` sums over pairs within groups; the sum over pairs that do not count is subtracted.
    """
    sums = np.zeros(graph.n)
    sums[graph.rows] = of(graph)
    if graph.different is None:
        return sums
    both = replace(graph, same=combined(graph.same, graph.different), different=None)
    return sums - _sum_by_photo(both, of)


def _credit_beyond(graph: ScoreComparisons, gap: float, r: Ratings) -> Floats:
    """Credit (l,) per photo: weight of correctly ordered pairs with labels more than `gap` apart.

    l is the number of labelled photos, and `r` (l,) are their ratings; pairs of equal ratings count
    half.
    """
    n, u = len(graph.rows), graph.trust
    net = graph.with_gap_power(0).parts[0].net_credit(r, above=gap + _tolerance(graph))
    if net is not None:
        return (_weight_beyond(graph, gap, u) + net) / 2
    block, label, lowered = _ranks(graph, gap)
    # Beside each photo stand two of its kind with the label lowered by the gap, rated as those
    # of its rating and just above them: on average of the two, ties count half.
    rank = 2 * dense_ranks(r)
    rank = np.concatenate([rank, rank, rank + 1])
    weights = np.zeros((3, n, 2))
    weights[0, :, 0] = u
    weights[1:, :, 1] = u / 2
    # Blocks run one way in the labels and the other in the ratings: no pair leaves its block.
    place = (block.max(initial=0) - np.tile(block, 3)) * (rank.max(initial=0) + 1.0) + rank
    lower, higher = dominance(
        np.concatenate([label, lowered, lowered]), place, weights.reshape(-1, 2)
    )
    return u * ((lower[n : 2 * n, 0] + lower[2 * n :, 0]) / 2 + higher[:n, 1])


def _weight_beyond(graph: ScoreComparisons, gap: float, u: Floats) -> Floats:
    """For each of l photos, weight (l,) of its pairs whose labels differ by more than `gap`.

    l is the number of labelled photos. A pair's weight is the product of its photos' weights `u`
    (l,).
    """
    block, label, lowered = _ranks(graph, gap)
    places = np.concatenate([label, lowered]).max(initial=-1) + 1

    def running(codes: Codes, size: int) -> Floats:
        return prefix_sums(np.bincount(codes, u, minlength=size))

    blocks = running(block, int(block.max(initial=-1)) + 1)
    worse = running(label, places)[lowered] - blocks[block]
    better = blocks[block + 1] - running(lowered, places)[label + 1]
    return u * (worse + better)


def _ranks(graph: ScoreComparisons, gap: float) -> tuple[Codes, Codes, Codes]:
    """Three arrays (l,) of l labelled photos: group, label rank, rank of label minus `gap`.

    A lowered label is the label minus `gap`; both kinds are ranked together, to find pairs of
    labels more than `gap` apart.
    """
    block = dense_ranks(graph.same)
    labels = np.concatenate([graph.labels, graph.labels - gap - _tolerance(graph)])
    places = combined(np.tile(block, 2), dense_ranks(labels))
    return block, places[: len(block)], places[len(block) :]


def _tolerance(graph: ScoreComparisons) -> float:
    """Rounding tolerance within which label differences (gaps) count as equal."""
    return _GAP_TOLERANCE * float(np.ptp(graph.labels)) if len(graph.rows) else 0.0
