"""Search and range check of memory-mapped float16 embeddings, without copying them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeIs

from photorank.encoders.blocks import LARGEST
from photorank.typing import Codes, Direction, Rows

_SIZE_BITS = np.uint16(0x7FFF)  # of a float16: all but its sign
_MAX_SIZE = np.float16(LARGEST).view(np.uint16)
_VALUES_A_BLOCK = 1 << 17  # 256 kB, so that a core's cache holds them


def is_half(rows: Rows) -> TypeIs[NDArray[np.float16]]:
    """True if the embeddings are stored as float16."""
    return rows.dtype == np.float16


def concatenated(parts: Sequence[Rows]) -> Rows:
    """Concatenation of arrays of embeddings, without changing their precision."""
    return np.concatenate(parts)  # type: ignore[return-value]


def greatest(
    shard: NDArray[np.float16], direction: Direction, k: int, among: NDArray[np.bool_] | None
) -> tuple[Codes, NDArray[np.float32]]:
    """The k float16 rows of a shard nearest to a direction: row numbers and dot products.

    FAISS compares every row with the direction, without converting or copying the shard; it lets
    go of Python's lock. `among` (n,) leaves rows out. The order is any.
    """
    import faiss

    found: Any = faiss
    n, d = shard.shape
    k = min(k, n)
    quantiser = found.ScalarQuantizer(d, found.ScalarQuantizer.QT_fp16)
    chosen = None
    if among is not None:
        bits = np.packbits(among, bitorder="little")
        chosen = found.IDSelectorBitmap(bits)
    scanner = quantiser.select_InvertedListScanner(found.METRIC_INNER_PRODUCT, None, True, chosen)
    query = np.ascontiguousarray(direction, dtype=np.float32)
    products = np.full(k, -np.inf, dtype=np.float32)
    rows = np.full(k, -1, dtype=np.int64)
    scanner.set_query(found.swig_ptr(query))
    scanner.set_list(0, 0.0)  # a row is known by its place in list 0
    scanner.scan_codes(
        n,
        found.swig_ptr(shard.view(np.uint8)),
        None,
        found.swig_ptr(products),
        found.swig_ptr(rows),
        k,
    )
    kept = rows >= 0
    return rows[kept].astype(np.intp), products[kept]


def within_bounds(shard: NDArray[np.float16]) -> bool:
    """True if all values of a shard (n, d) are finite and within the allowed range, ± `LARGEST`."""
    # Without their sign, the bits of floats are in the order of the floats; nan is the greatest.
    bits = shard.reshape(-1).view(np.uint16)
    sizes = np.empty(_VALUES_A_BLOCK, dtype=np.uint16)
    for start in range(0, len(bits), _VALUES_A_BLOCK):
        block = bits[start : start + _VALUES_A_BLOCK]
        if np.bitwise_and(block, _SIZE_BITS, out=sizes[: len(block)]).max() > _MAX_SIZE:
            return False
    return True
