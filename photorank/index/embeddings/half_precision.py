"""Search and checks of memory-mapped float16 rows, without copying them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeIs

from photorank.encoders.blocks import LARGEST
from photorank.typing import Codes, Direction, Rows

# High byte, without its sign, of the largest number of a row; infinity and nan are above.
_MAX_HIGH_BYTE = int(np.float16(LARGEST).view(np.uint16)) >> 8
_ROWS_A_BLOCK = 1 << 14


def is_half(rows: Rows) -> TypeIs[NDArray[np.float16]]:
    """True for float16 rows."""
    return rows.dtype == np.float16


def concatenated(parts: Sequence[Rows]) -> Rows:
    """Concatenation of arrays of rows, in the precision of the arrays."""
    return np.concatenate(parts)  # type: ignore[return-value]


def greatest(
    shard: NDArray[np.float16], direction: Direction, k: int, among: NDArray[np.bool_] | None
) -> tuple[Codes, NDArray[np.float32]]:
    """Rows of a shard (n, d) with the k greatest dot products, and the products.

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
    """True if all values of a shard (n, d) are finite and about within ± `LARGEST`.

    Only high bytes are looked at: what is up to a quarter above the largest passes.
    """
    for start in range(0, len(shard), _ROWS_A_BLOCK):
        high = shard[start : start + _ROWS_A_BLOCK].view(np.uint8)[:, 1::2]
        if (high & 0x7F).max() > _MAX_HIGH_BYTE:
            return False
    return True
