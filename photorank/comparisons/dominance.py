"""Dominance sums: for each 2-D point, total weight of the points lower in both coordinates.

Likewise the total weight of the points higher in both.
"""

from typing import Any, NamedTuple

import numpy as np

from photorank.comparisons.codes import dense_ranks
from photorank.typing import Codes, Floats


class Dominance(NamedTuple):
    """For each 2-D point, total weights of points lower, and of points higher, in both coordinates.

    A point dominates the points that are lower in both coordinates.
    """

    lower: Floats  # (n, k) of those smaller in both coordinates
    higher: Floats  # (n, k) of those greater in both


def dominance(first: Floats | Codes, second: Floats | Codes, weights: Floats) -> Dominance:
    """For each 2-D point, total weight of points lower in x and y, and of points higher in x and y.

    A point dominates the points that are lower in both coordinates.

    Every rank statistic over pairs needs it: with labels and ratings as the
    coordinates (n,) and unit weights (n, 1), the result counts, for each photo, the
    worse photos that are also rated lower, and the better ones rated higher. Equal
    coordinates do not dominate; several weights (n, k) are summed in one pass.

    The points are walked in the order of `first` with the ranks of `second`
    in a wavelet matrix (Claude & Navarro 2012,
    https://doi.org/10.1007/978-3-642-34109-0_18): at each bit, from the
    highest to the lowest, the points that share all higher bits stand
    together in their original order, and those with a 1 count those with a 0
    before them, those with a 0 the 1s after them. Each level is a few
    cumulative sums, so NumPy does all the work, O(n log n).

    Examples
    --------
    >>> found = dominance(np.array([1., 2., 3.]), np.array([5., 4., 6.]), np.ones((3, 1)))
    >>> found.lower.ravel(), found.higher.ravel()
    (array([0., 0., 2.]), array([1., 1., 0.]))
    """
    n, weights = len(first), np.asarray(weights, dtype=np.float64)
    # Among equal firsts the larger second comes before, so neither counts the other.
    position = np.lexsort((-second, first)).astype(np.int32)
    ranks = dense_ranks(second).astype(np.int32)[position]
    # Equal weights are counted, which is twice as fast.
    weight = None if (weights == weights[:1]).all() else weights[position]
    lower, higher = np.zeros((2, n, 1 if weight is None else weight.shape[1]))
    # Where the points that share the higher bits begin and end, (n,).
    begin, end = np.zeros(n, dtype=np.int32), np.full(n, n, dtype=np.int32)

    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        one = (ranks >> bit & 1).astype(bool)
        zeros, ones = np.flatnonzero(~one), np.flatnonzero(one)
        before = prefix_sums(~one, np.int32)  # (n + 1,) zeros before each place
        first_zero, last_zero = before[begin], before[end]
        if weight is None:
            n_below = (before[:-1] - first_zero)[ones]
            n_above = (end - last_zero)[zeros] - (zeros - before[zeros])
            lower[position[ones], 0] += n_below
            higher[position[zeros], 0] += n_above
        else:
            running = prefix_sums(np.where(one[:, None], 0.0, weight))  # (n + 1, k)
            lower[position[ones]] += running[ones] - running[begin[ones]]
            running = prefix_sums(np.where(one[:, None], weight, 0.0))
            higher[position[zeros]] += running[end[zeros]] - running[zeros]

        # Stable partition by this bit; each run splits into one of zeros and one of ones.
        begin = np.concatenate([first_zero[zeros], (begin - first_zero)[ones] + len(zeros)])
        end = np.concatenate([last_zero[zeros], (end - last_zero)[ones] + len(zeros)])
        order = np.concatenate([zeros, ones])
        ranks, position = ranks[order], position[order]
        weight = None if weight is None else weight[order]
    if weight is None:
        return Dominance(lower * weights[:1], higher * weights[:1])
    return Dominance(lower, higher)


def prefix_sums(values: Any, dtype: type[np.number[Any]] = np.float64) -> Any:
    """Cumulative sums (n + 1, …) of values (n, …) along the first axis, beginning with 0.

    Of booleans, counts of True.
    """
    sums = np.zeros((len(values) + 1, *values.shape[1:]), dtype)
    np.cumsum(values, axis=0, out=sums[1:])
    return sums
