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
    in a wavelet tree: at each bit, from the highest to the lowest, the points
    that share all higher bits stand together in their original order, and
    those with a 1 count those with a 0 before them. Each level is a few
    cumulative sums, so NumPy does all the work.

    Examples
    --------
    >>> dominated_sums(np.array([1., 2., 3.]), np.array([5., 4., 6.]), np.ones((3, 1))).ravel()
    array([0., 0., 2.])
    """
    n = len(first)
    # Among equal firsts the larger second comes before, so it is never counted.
    order = np.lexsort((-second, first))
    ranks = dense_ranks(second)[order]
    weight = np.asarray(weights, dtype=np.float64)[order]
    position = order.copy()
    sums = np.zeros_like(weight)
    if n == 0:
        return sums

    for bit in reversed(range(int(ranks.max()).bit_length())):
        high = ranks >> bit
        one = (high & 1).astype(bool)
        # Blocks share the bits above this one; they stand together already.
        block = np.flatnonzero(np.diff(high >> 1, prepend=-1))
        length = np.diff(np.append(block, n))
        start = np.repeat(block, length)  # (n,)

        zeros = np.where(one[:, None], 0.0, weight)
        running = np.cumsum(zeros, axis=0)
        before = running - np.repeat(running[block] - zeros[block], length, axis=0)
        sums[position[one]] += before[one]

        # Stable partition of each block: zeros, then ones.
        n_zeros = np.cumsum(~one)
        zeros_before = n_zeros - ~one - np.repeat(n_zeros[block] - ~one[block], length)
        offset = np.arange(n) - start
        zeros_in_block = np.repeat(np.add.reduceat((~one).astype(np.intp), block), length)
        target = start + np.where(one, zeros_in_block + offset - zeros_before, zeros_before)
        ranks, weight, position = (
            _moved(ranks, target),
            _moved(weight, target),
            _moved(position, target),
        )
    return sums


def dense_ranks(values: Floats | Codes) -> Codes:
    """Number the distinct values 0, 1, 2 … in increasing order, shape (n,)."""
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


def _moved(values: Any, target: Codes) -> Any:
    moved = np.empty_like(values)
    moved[target] = values
    return moved
