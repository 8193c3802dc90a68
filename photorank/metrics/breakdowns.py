"""Where ratings agree with people: by how far apart the labels are, and group by group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from photorank.errors import ComparisonsError
from photorank.labels.blocks import combined
from photorank.labels.comparisons import Comparisons
from photorank.labels.dominance import dense_ranks, dominance
from photorank.labels.score_graph import ScoreComparisons
from photorank.metrics.intervals import Estimate, jackknife
from photorank.metrics.pair_sums import COUPLES, Count, PairSums, pair_sums
from photorank.metrics.ranking import accuracy_sums, checked_ratings
from photorank.typing import Codes, Floats, Pairs, Ratings

# A repeat: ratings (n,) and the pairs over which they may be compared.
Repeat: TypeAlias = tuple[Ratings, Comparisons]

# Gaps this much of the labels' range apart are the same: 1.3 − 1.1 is not 0.2 in binary.
_SAME_GAP = 1e-9


@dataclass(frozen=True)
class GapBin:
    """Accuracy among the pairs whose labels differ by more than `above` and at most `upto`."""

    above: float
    upto: float
    accuracy: Estimate


@dataclass(frozen=True)
class GroupAccuracy:
    """Accuracy among the pairs inside one group."""

    group: int  # its code
    accuracy: Estimate


def by_gap(
    repeats: Sequence[Repeat],
    edges: Sequence[float],
    *,
    clusters: Codes | None = None,
    level: float = 0.95,
) -> list[GapBin]:
    """Return the pairwise accuracy for each range of label gaps.

    Every pair is counted, none is sampled, in O(n log n) a range.

    Parameters
    ----------
    repeats : sequence of (ratings, comparisons)
        Pooled: ratings of shape (n,) and the pairs over which they compare.
    edges : sequence of float
        E increasing gaps from 0 on; a range excludes its lower edge and
        includes its upper one.
    clusters : ndarray of shape (n,), optional
        Photos that were sampled together; the interval leaves out these.
    level : float, default=0.95

    Returns
    -------
    list of GapBin
        E − 1 of them, with a jackknife interval each; 0.5 at chance, nan where
        there is no pair.

    Raises
    ------
    ComparisonsError
        If the comparisons are choices, which have no gaps, or edges do not
        increase from 0 on.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 3.0, 5.0])
    >>> bins = by_gap([(np.array([0.2, 0.1, 0.3, 0.4]), comparisons)], [0, 1, 4])
    >>> [(row.upto, row.accuracy.value, row.accuracy.n_pairs) for row in bins]
    [(1, 0.5, 2), (4, 1.0, 4)]
    """
    if len(edges) < 2 or edges[0] < 0 or (np.diff(edges) <= 0).any():
        raise ComparisonsError("gap edges must be at least two numbers that increase from 0 on")
    return [
        GapBin(above, upto, _gap_accuracy(repeats, above, upto, clusters, level))
        for above, upto in pairwise(edges)
    ]


def by_group(
    repeats: Sequence[Repeat],
    groups: Codes,
    *,
    clusters: Codes | None = None,
    level: float = 0.95,
) -> list[GroupAccuracy]:
    """Return the pairwise accuracy inside each group.

    Parameters
    ----------
    repeats : sequence of (ratings, comparisons)
        Pooled, as in :func:`by_gap`.
    groups : ndarray of shape (n,)
        −1 is no group.
    clusters : ndarray of shape (n,), optional
        Photos that were sampled together inside a group, such as series.
    level : float, default=0.95

    Returns
    -------
    list of GroupAccuracy
        In the order of the codes; 0.5 at chance, nan for a group without a
        pair, such as one of a single photo.

    Examples
    --------
    >>> comparisons = Comparisons.from_scores([1.0, 2.0, 3.0, 4.0])
    >>> ratings, groups = np.array([0.1, 0.2, 0.4, 0.3]), np.array([0, 0, 1, 1])
    >>> [row.accuracy.value for row in by_group([(ratings, comparisons)], groups)]
    [1.0, 0.0]
    """
    groups = np.asarray(groups)
    found = []
    for group in np.unique(groups[groups >= 0]):
        rows = np.flatnonzero(groups == group)
        units = None if clusters is None else clusters[rows]
        inside = [(ratings[rows], graph.take(rows)) for ratings, graph in repeats]
        sums = [accuracy_sums(ratings, graph, clusters=units) for ratings, graph in inside]
        accuracy = jackknife(
            _pooled(sums).leave_one_out(),
            level=level,
            n_photos=len(np.unique(np.concatenate([graph.active for _, graph in inside]))),
            n_pairs=round(np.mean([graph.n_pairs for _, graph in inside])),
        )
        found.append(GroupAccuracy(int(group), accuracy))
    return found


def _gap_accuracy(
    repeats: Sequence[Repeat], above: float, upto: float, clusters: Codes | None, level: float
) -> Estimate:
    """Return the accuracy among pairs with gaps above one edge, up to another."""
    sums, taking_part, counts = [], [], []
    for ratings, graph in repeats:
        if not isinstance(graph, ScoreComparisons):
            raise ComparisonsError("choices have no label gaps: accuracy by gap needs scores")
        r = checked_ratings(ratings, graph.n)

        def by_photo(graph: ScoreComparisons, r: Ratings = r) -> Floats:
            credit, weight = (_beyond(r, graph, above) - _beyond(r, graph, upto)).T
            return np.stack([credit, weight, weight], axis=1)

        def by_pair(graph: ScoreComparisons, pairs: Pairs, r: Ratings = r) -> Floats:
            weight, margin = graph.edges(pairs)
            gap = np.abs(margin) - _slack(graph)
            weight = weight * ((gap > above) & (gap <= upto))
            sign = np.sign(margin) * np.sign(r[pairs[:, 0]] - r[pairs[:, 1]])
            return np.stack([weight * (1 + sign) / 2, weight, weight], axis=1)

        count = Count(by_photo, by_pair)
        sums.append(pair_sums(count, graph, clusters=clusters, floor=0.0, couples=COUPLES))
        degrees = by_photo(replace(graph, trust=np.ones(len(graph.rows))))[:, 1]
        taking_part.append(np.flatnonzero(degrees > 0.5))
        counts.append(degrees.sum() / 2)
    return jackknife(
        _pooled(sums).leave_one_out(),
        level=level,
        n_photos=len(np.unique(np.concatenate(taking_part))),
        n_pairs=round(np.mean(counts)),
    )


def _pooled(sums: Sequence[PairSums]) -> PairSums:
    first, *others = sums
    return sum(others, start=first)


def _beyond(r: Ratings, graph: ScoreComparisons, gap: float) -> Floats:
    """Return each photo's credit and weight (n, 2) over the pairs with a greater label gap."""
    sums = np.zeros((graph.n, 2))
    sums[graph.rows, 0] = _credit_beyond(r[graph.rows], graph, gap)
    sums[graph.rows, 1] = 2 * _credit_beyond(np.zeros(len(graph.rows)), graph, gap)
    if graph.different is None:
        return sums
    both = replace(graph, same=combined(graph.same, graph.different), different=None)
    return sums - _beyond(r, both, gap)


def _credit_beyond(r: Ratings, graph: ScoreComparisons, gap: float) -> Floats:
    """Return the weight (l,) of the pairs of a block that ratings (l,) order rightly, ties half."""
    n, u, block = len(graph.rows), graph.trust, dense_ranks(graph.same)
    # Beside each photo stand two of its kind with the label lowered by the gap, rated as those
    # of its rating and just above them: on average of the two, ties count half.
    lowered = graph.labels - gap - _slack(graph)
    label = np.concatenate([graph.labels, lowered, lowered])
    rank = 2 * dense_ranks(r)
    rank = np.concatenate([rank, rank, rank + 1])
    weights = np.zeros((3, n, 2))
    weights[0, :, 0] = u
    weights[1:, :, 1] = u / 2

    # Blocks run one way in the labels and the other in the ratings: no pair leaves its block.
    blocks = np.tile(block, 3)
    first = combined(blocks, dense_ranks(label))
    second = (blocks.max(initial=0) - blocks) * (rank.max(initial=0) + 1.0) + rank
    lower, higher = dominance(first, second, weights.reshape(-1, 2))
    return u * ((lower[n : 2 * n, 0] + lower[2 * n :, 0]) / 2 + higher[:n, 1])


def _slack(graph: ScoreComparisons) -> float:
    """Return by how much two gaps may differ and still be the same."""
    return _SAME_GAP * float(np.ptp(graph.labels)) if len(graph.rows) else 0.0
