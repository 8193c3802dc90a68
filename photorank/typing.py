"""Type aliases of arrays, and the letters used for their dimensions.

``n`` photos, ``m`` comparisons or pairs, ``d`` embedding dimensions (``dh`` of the head),
``l`` labelled photos, ``k`` a number asked for, ``r`` reduced dimensions, ``q`` principal ones,
``a`` penalties, ``u`` units that an interval resamples, ``h`` and ``w`` an image's sides.
"""

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Embeddings: TypeAlias = NDArray[np.float32]  # (n, d), their heads at unit length
Rows: TypeAlias = NDArray[np.float32] | NDArray[np.float16]  # (n, d), as a shard holds them
Direction: TypeAlias = NDArray[np.float64]  # (d,), unit length
Ratings: TypeAlias = NDArray[np.float64]  # (n,), higher is better
Labels: TypeAlias = NDArray[np.float64]  # (n,), higher is better, nan where unlabelled
Codes: TypeAlias = NDArray[np.intp]  # (n,), group or series numbers, -1 where there is none
Pairs: TypeAlias = NDArray[np.intp]  # (m, 2), columns are winner, loser
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Frames: TypeAlias = NDArray[np.uint8]  # (h, w, 3), sRGB
Grey: TypeAlias = NDArray[np.float32]  # (h, w), 0 black to 1 white
Scope: TypeAlias = Literal["all", "within", "across"]
Json: TypeAlias = dict[str, Any]
