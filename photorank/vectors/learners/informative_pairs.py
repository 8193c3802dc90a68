"""Choice of photo pairs to learn from: wide score gaps, dissimilar photos, few pairs per photo."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from photorank.comparisons.codes import dense_ranks
from photorank.comparisons.comparisons import ChoiceComparisons, Comparisons, ScoreComparisons
from photorank.typing import Codes, Floats, Pairs

# Partners offered to each labelled photo, besides those that keep its block connected.
_RANDOM_PARTNERS = 6
_DISTANCES_AT_ONCE = 4096  # pairs: bounds the memory of their differences


class CandidatePairs(NamedTuple):
    """Photo pairs to select from, each with its strength of preference and judgement count."""

    pairs: Pairs  # (k, 2)
    margins: Floats  # (k,) signed: of the first photo over the second
    times: Floats  # (k,) independent judgements of each pair

    def take(self, chosen: Codes) -> "CandidatePairs":
        """Candidate pairs at the given indices."""
        return CandidatePairs(self.pairs[chosen], self.margins[chosen], self.times[chosen])


def candidate_pairs(comparisons: Comparisons, rng: np.random.Generator) -> CandidatePairs:
    """Candidate photo pairs from judgements, for :func:`informative_pairs` to choose from.

    For choices these are all pairs shown to people, for scores about nine pairs per photo.
    """
    if isinstance(comparisons, ChoiceComparisons):
        return CandidatePairs(comparisons.pairs, comparisons.margin, comparisons.weight)
    scores = cast(ScoreComparisons, comparisons)
    ends = np.sort(np.concatenate(list(_partners(scores, rng))), axis=1)
    ends = np.unique(ends[scores.are_ordered(ends)], axis=0)
    margins = scores.labels[ends[:, 0]] - scores.labels[ends[:, 1]]
    return CandidatePairs(scores.rows[ends], margins, np.ones(len(ends)))


def informative_pairs(X: Floats, candidates: CandidatePairs, m: int) -> CandidatePairs:
    """The m most informative photo pairs, chosen so that few of them share a photo.

    They are those whose labels differ most, and whose embeddings do.

    While photos last, each is in one pair only, for pairs that share a photo
    share its noise. Then come the pairs that join them to a spanning forest,
    so that none repeats what the others say; then a second forest, and so on.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    worth = np.abs(candidates.margins) * np.sqrt(candidates.times) * _distances(X, candidates.pairs)
    left = np.argsort(-worth, kind="stable")
    chosen: list[Codes] = []
    while len(left) and m > 0:
        disjoint = _disjoint(candidates.pairs[left])
        left = np.concatenate([left[disjoint], left[~disjoint]])
        # A forest of least rank; the ranks are distinct and above 0, as SciPy's edges must be.
        first, second = candidates.pairs[left].T
        ranks = np.arange(1.0, len(left) + 1)
        edges = coo_array((ranks, (first, second)), shape=(len(X), len(X)))
        forest = np.sort(minimum_spanning_tree(edges.tocsr()).data).astype(np.intp) - 1
        chosen.append(left[forest][:m])
        m -= len(chosen[-1])
        left = np.delete(left, forest)
    return candidates.take(np.concatenate(chosen))


def _disjoint(pairs: Pairs) -> NDArray[np.bool_]:
    """Mask (k,) of k pairs: True for greedily chosen pairs that share no photo with each other."""
    free = dict.fromkeys(pairs.ravel().tolist(), True)
    marked = np.zeros(len(pairs), dtype=bool)
    for row, (first, second) in enumerate(pairs.tolist()):
        if free[first] and free[second]:
            free[first] = free[second] = False
            marked[row] = True
    return marked


def _partners(scores: ScoreComparisons, rng: np.random.Generator) -> Iterator[Pairs]:
    """Yield arrays (l, 2) of photo pairs that give each of l labelled photos one partner.

    Each array has its rule for partners: half the block away, random, the worst or the best, all
    of one block of comparable labels. Photos are given as positions among the labelled ones.
    """
    order = np.lexsort((scores.labels, scores.same))  # block by block, worst photo first
    block = dense_ranks(scores.same[order])
    start = np.searchsorted(block, block)
    size = np.searchsorted(block, block, "right") - start
    place = np.arange(len(order)) - start

    def paired(partner: Codes) -> Pairs:
        return np.column_stack([order, order[partner]])

    yield paired(start + (place + size // 2) % size)  # a wide gap for everybody
    for _ in range(_RANDOM_PARTNERS):
        yield paired(start + rng.integers(size))
    # Whoever differs from anybody differs from the worst or the best of the block or, where
    # groups must differ, from the worst or the best outside the group of those.
    worst, best = start, start + size - 1
    yield paired(worst)
    yield paired(best)
    if scores.different is not None:
        group = scores.different[order]
        after, before = np.flatnonzero(group != group[worst]), np.flatnonzero(group != group[best])
        second_worst = np.append(after, 0)[np.searchsorted(after, worst)]
        second_best = np.append(0, before)[np.searchsorted(before, best, "right")]
        yield paired(np.clip(second_worst, worst, best))
        yield paired(np.clip(second_best, worst, best))


def _distances(X: Floats, pairs: Pairs) -> Floats:
    """Euclidean distances (k,) between the embeddings of the two photos of each of k pairs."""
    distances = np.empty(len(pairs))
    for start in range(0, len(pairs), _DISTANCES_AT_ONCE):
        part = slice(start, start + _DISTANCES_AT_ONCE)
        distances[part] = np.linalg.norm(X[pairs[part, 0]] - X[pairs[part, 1]], axis=1)
    return distances
