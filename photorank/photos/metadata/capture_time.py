"""When photos were taken: the camera's clock tells the day, and with its zone the order."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from photorank.typing import Floats

_NO_ZONE = len("1970-01-01T00:00:00")
_ZERO = datetime(1970, 1, 1)


def instants(taken: Sequence[str | None]) -> Floats:
    """Return moments that photos of all clocks can be ordered and compared by.

    A clock that does not tell its zone is taken to be in that of the photo whose clock is
    nearest among those that do: a phone tells where the camera beside it was. Where none
    does, all are taken to be in one zone.

    Parameters
    ----------
    taken : sequence of str or None
        By the camera's clock, with its distance from UTC where that is known.

    Returns
    -------
    ndarray of shape (n,)
        Seconds since the beginning of 1970, nan where there is no time.

    Examples
    --------
    >>> instants(["1970-01-01T09:00:00+09:00", "1970-01-01T00:00:05+00:00", None])
    array([ 0.,  5., nan])
    >>> instants(["1970-01-01T09:00:00+09:00", "1970-01-01T09:01:00"])
    array([ 0., 60.])
    """
    clocks = np.full(len(taken), np.nan)
    zones = np.full(len(taken), np.nan)  # seconds before UTC
    for number, text in enumerate(taken):
        try:
            time = datetime.fromisoformat(text or "")
        except ValueError:
            continue
        if (zone := time.utcoffset()) is not None:
            zones[number] = zone.total_seconds()
            time = time.replace(tzinfo=None)
        clocks[number] = (time - _ZERO).total_seconds()
    told = np.flatnonzero(np.isfinite(zones))
    if not len(told):
        return clocks
    told = told[np.argsort(clocks[told], kind="stable")]
    silent = np.flatnonzero(np.isnan(zones) & np.isfinite(clocks))
    after = np.clip(np.searchsorted(clocks[told], clocks[silent]), 1, max(len(told) - 1, 1))
    before, after = told[after - 1], told[np.minimum(after, len(told) - 1)]
    nearer = clocks[silent] - clocks[before] <= clocks[after] - clocks[silent]
    zones[silent] = zones[np.where(nearer, before, after)]
    return clocks - zones


def instants_among(taken: Sequence[str | None], some: Sequence[int]) -> Floats:
    """Return :func:`instants` of some of the photos only: of the others zones alone count.

    Examples
    --------
    >>> instants_among(["1970-01-01T09:00:00+09:00", "1970-01-01T09:01:00"], [1])
    array([60.])
    """
    zoned = (text for text in taken if text and len(text) > _NO_ZONE)
    return instants([*(taken[place] for place in some), *zoned])[: len(some)]


def local_clock(taken: str) -> str:
    """Return what the camera's clock showed, without its zone.

    Examples
    --------
    >>> local_clock("2024-07-31T18:05:09+02:00")
    '2024-07-31T18:05:09'
    """
    return taken[: len("2024-07-31T18:05:09")]
