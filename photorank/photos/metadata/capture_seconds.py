"""Conversion of capture times to local time, and to seconds comparable across time zones."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from photorank.photos.metadata.time_text import CLOCK_LETTERS, DAY_LETTERS
from photorank.typing import Floats

_EPOCH = datetime(1970, 1, 1)


def capture_seconds(taken: Sequence[str | None]) -> Floats:
    """Capture times (n,) in seconds since 1970, comparable across time zones; nan if unknown.

    Of a photo that knows only its day the time is not known: see :func:`seconds_or_day`.
    A time without a zone gets that of the photo with the nearest clock among those that have one:
    a phone shows where the camera beside it was. If none has a zone, all are taken to share one.

    >>> capture_seconds(["1970-01-01T09:00:00+09:00", "1970-01-01T00:00:05+00:00", None])
    array([ 0.,  5., nan])
    >>> capture_seconds(["1970-01-01T09:00:00+09:00", "1970-01-01T09:01:00"])
    array([ 0., 60.])
    """
    clocks = np.full(len(taken), np.nan)
    zones = np.full(len(taken), np.nan)  # seconds before UTC
    for number, text in enumerate(taken):
        try:
            time = datetime.fromisoformat(text if text and len(text) > DAY_LETTERS else "")
        except ValueError:
            continue
        if (zone := time.utcoffset()) is not None:
            zones[number] = zone.total_seconds()
            time = time.replace(tzinfo=None)
        clocks[number] = (time - _EPOCH).total_seconds()
    zoned = np.flatnonzero(np.isfinite(zones))
    if not len(zoned):
        return clocks
    zoned = zoned[np.argsort(clocks[zoned], kind="stable")]
    unzoned = np.flatnonzero(np.isnan(zones) & np.isfinite(clocks))
    after = np.clip(np.searchsorted(clocks[zoned], clocks[unzoned]), 1, max(len(zoned) - 1, 1))
    before, after = zoned[after - 1], zoned[np.minimum(after, len(zoned) - 1)]
    nearer = clocks[unzoned] - clocks[before] <= clocks[after] - clocks[unzoned]
    zones[unzoned] = zones[np.where(nearer, before, after)]
    return clocks - zones


def seconds_or_day(taken: Sequence[str | None]) -> Floats:
    """Capture times as seconds since 1970 (n,); dates without a time get an estimated time of day.

    A date without time gets the time of the middle one of that day's other photos, so that it is
    among them; where there is none, noon.

    >>> seconds_or_day(["1970-01-01", "1970-01-01T00:00:30", "1970-01-02"])
    array([3.000e+01, 3.000e+01, 1.296e+05])
    """
    days = np.array([text is not None and len(text) == DAY_LETTERS for text in taken], dtype=bool)
    noons = [f"{text}T12:00:00" if day else text for text, day in zip(taken, days, strict=True)]
    seconds = capture_seconds(noons)
    of_day: dict[str, list[float]] = defaultdict(list)
    for place in np.flatnonzero(~days & np.isfinite(seconds)).tolist():
        of_day[(taken[place] or "")[:DAY_LETTERS]].append(seconds[place])
    for place in np.flatnonzero(days).tolist():
        if others := sorted(of_day.get(taken[place] or "", ())):
            seconds[place] = others[len(others) // 2]
    return seconds


def local_clock(taken: str) -> str:
    """Local capture time in ISO 8601, without its UTC offset.

    >>> local_clock("2024-07-31T18:05:09+02:00")
    '2024-07-31T18:05:09'
    """
    return taken[:CLOCK_LETTERS]
