"""How noisy a picture is."""

from math import nan

import numpy as np

from photorank.typing import Grey

_NORMAL = 0.6745  # the median of |z| for a standard normal z


def noise(grey: Grey) -> float:
    """Return the standard deviation of the noise, in grey levels of 255.

    From the median size of the finest diagonal wavelet coefficients (Haar),
    which edges are too few to move; coefficients of exactly 0 are clipped
    areas and do not count. Fine texture all over looks like noise to it.

    Returns
    -------
    float
        From 0; lower is better, and above about 3 it is visible. nan for a
        single line of pixels.

    References
    ----------
    Donoho, D. L. & Johnstone, I. M. (1994). Ideal spatial adaptation by wavelet
    shrinkage. https://doi.org/10.1093/biomet/81.3.425

    Examples
    --------
    >>> grain = np.random.default_rng(0).normal(0.5, 4 / 255, (256, 256)).astype(np.float32)
    >>> round(noise(grain), 1)
    4.0
    """
    height, width = (side // 2 * 2 for side in grey.shape)
    if not (height and width):
        return nan
    even, odd = grey[0:height:2, :width], grey[1:height:2, :width]
    step = even - odd
    details = np.abs(step[:, 0::2] - step[:, 1::2]) / 2
    details = details[details > 0]
    return 255 * float(np.median(details)) / _NORMAL if details.size else 0.0
