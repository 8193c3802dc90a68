"""Numbers that stand for groups of photos: equal where two photos belong together."""

import numpy as np

from photorank.typing import Codes, Floats


def dense_ranks(values: Floats | Codes) -> Codes:
    """Ranks 0, 1, 2 … (n,) of values among their distinct ones."""
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


def combined(first: Codes, second: Codes) -> Codes:
    """Numbers (n,) that are equal where both codes are equal, in the order of the first."""
    return dense_ranks(dense_ranks(first) * (second.max(initial=0) + 1.0) + second)


def order_within(values: Floats, codes: Codes) -> Codes:
    """Rows (n,) sorted by code, then by value; equals in any order."""
    if len(codes) and codes.min() == codes.max():
        return np.argsort(values)  # four times as fast as sorting by two keys
    return np.lexsort((values, codes))


def rows_by_code(codes: Codes) -> list[Codes]:
    """Rows of each code, in the order of the codes.

    Examples
    --------
    >>> [rows.tolist() for rows in rows_by_code(np.array([5, 2, 5]))]
    [[1], [0, 2]]
    """
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1) if len(order) else []


def places(rows: Codes, n: int) -> Codes:
    """Place of each of 0 … n − 1 among some rows, −1 where it is none of them."""
    place = np.full(n, -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    return place


def connected(first: Codes, second: Codes, n: int) -> Codes:
    """Component codes (n,) of photos that pairs (m,) link, in the order of their first photos.

    Examples
    --------
    >>> connected(np.array([0, 3]), np.array([2, 2]), 4)
    array([0, 1, 0, 0])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(first)), (first, second)), shape=(n, n))
    return connected_components(links, directed=False)[1].astype(np.intp)
