"""Stars (1 to 5) of photos, from the percentiles of their ratings."""

from collections.abc import Sequence

import numpy as np

from photorank.typing import Codes, Floats

STAR_PERCENTILES = (40.0, 70.0, 90.0, 97.0)  # from which a photo gets 2, 3, 4 and 5 stars


def stars(percentiles: Floats, cuts: Sequence[float] = STAR_PERCENTILES) -> Codes:
    """Stars (n,) for rating percentiles: 1, plus 1 for each threshold in `cuts` that is reached.

    >>> stars(np.array([10.0, 40.0, 69.9, 99.0]))
    array([1, 2, 2, 5])
    """
    return 1 + np.searchsorted(np.asarray(cuts, dtype=np.float64), percentiles, side="right")
