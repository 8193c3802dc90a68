"""Sums over the points below and to the left of each point, in O(n log n)."""

from typing import Any

import numpy as np

from photorank.typing import Codes, Floats


def dominated_sums(first: Floats, second: Floats, weights: Floats) -> Floats:
    """Sum the weights of all points that are smaller in both coordinates.

    Every rank statistic over pairs needs it: with labels and ratings as the
    coordinates and unit weights, the result counts, for each photo, the
    worse photos that are also rated lower.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        The coordinates; equal ones do not dominate.
    weights : ndarray of shape (n, k)
        Several weights are summed in one pass.

    Returns
    -------
    ndarray of shape (n, k)

    Notes
    -----
    The points are walked in the order of `first` with the ranks of `second`
    in a wavelet matrix (Claude & Navarro 2012,
    https://doi.org/10.1007/978-3-642-34109-0_18): at each bit, from the
    highest to the lowest, the points that share all higher bits stand
    together in their original order, and those with a 1 count those with a 0
    before them. Each level is a few cumulative sums, so NumPy does all the
    work.

    Examples
    --------
    >>> dominated_sums(np.array([1., 2., 3.]), np.array([5., 4., 6.]), np.ones((3, 1))).ravel()
    array([0., 0., 2.])
    """
    n = len(first)
    # Among equal firsts the larger second comes before, so it is never counted.
    position = np.lexsort((-second, first))
    ranks = dense_ranks(second)[position]
    weight = np.asarray(weights, dtype=np.float64)[position]
    start = np.zeros(n, dtype=np.intp)  # (n,) where those that share the higher bits begin
    sums = np.zeros_like(weight)

    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        one = (ranks >> bit & 1).astype(bool)
        zeros, ones = np.flatnonzero(~one), np.flatnonzero(one)
        running = _running(np.where(one[:, None], 0.0, weight))  # (n + 1, k)
        sums[position[ones]] += running[ones] - running[start[ones]]

        # Stable partition by this bit; each run splits into one of zeros and one of ones.
        zeros_before = _running(~one)  # (n + 1,)
        begin = zeros_before[start]
        start = np.concatenate([begin[zeros], (start - begin)[ones] + len(zeros)])
        order = np.concatenate([zeros, ones])
        ranks, weight, position = ranks[order], weight[order], position[order]
    return sums


def dense_ranks(values: Floats | Codes) -> Codes:
    """Return numbers 0, 1, 2 … (n,) in the order of the distinct values."""
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


def _running(values: Any) -> Any:
    """Return the sums (n + 1, …) of the first 0, 1, … n of values (n, …)."""
    total = np.cumsum(values, axis=0)
    return np.concatenate([np.zeros_like(total[:1]), total])
