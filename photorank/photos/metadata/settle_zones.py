"""Inference of photos' missing time zones from photos by the same camera or near in time."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from photorank.photos.metadata.choose_capture_date import (
    AGAINST_PLACE,
    BY_NEIGHBOURS,
    BY_SATELLITES,
    IN_UTC,
    Dated,
)
from photorank.photos.metadata.time_text import CLOCK_LETTERS, DAY_LETTERS, with_zone

_REACH = timedelta(hours=24)  # to the photo whose time zone is taken over
_EPOCH = datetime(1970, 1, 1)


class DatedPhoto(NamedTuple):
    """Capture time of a photo, the time's source (such as EXIF or file name), and the camera."""

    taken: str
    source: str
    camera: str | None


def is_unsettled(source: str) -> bool:
    """True if `source` marks the time zone of a capture time as missing, inferred or doubtful."""
    return source.endswith((IN_UTC, BY_NEIGHBOURS, BY_SATELLITES, AGAINST_PLACE))


def zone_changes(photos: Sequence[DatedPhoto]) -> Iterator[tuple[int, Dated]]:
    """Yield list position and new capture time of each photo with a changed time zone.

    A doubtful time zone is removed. A zone by satellites stays if it is that of the other photos of
    the camera and day: a stamp may be hours old. One that is not the place's needs another photo
    that has it too. A photo that knows only UTC gets the zone of the photo nearest in time.
    """
    kept, dropped = _credible_and_doubtful(photos)
    for at in dropped:
        source = photos[at].source.partition(",")[0]
        yield at, Dated(photos[at].taken[:CLOCK_LETTERS], source)
    yield from _zones_by_neighbours(photos, kept)


def _credible_and_doubtful(photos: Sequence[DatedPhoto]) -> tuple[list[int], list[int]]:
    """Positions of photos with credible time zones, and positions of those with doubtful ones.

    Photos of the same camera and day confirm each other's time zones.
    """
    days: dict[tuple[str | None, str], list[int]] = defaultdict(list)
    kept: list[int] = []
    dropped: list[int] = []
    for at, photo in enumerate(photos):
        if len(photo.taken) <= CLOCK_LETTERS or photo.source.endswith((IN_UTC, BY_NEIGHBOURS)):
            continue
        days[photo.camera, photo.taken[:DAY_LETTERS]].append(at)
    for rows in days.values():
        zones = {at: photos[at].taken[CLOCK_LETTERS:] for at in rows}
        doubtful = {at for at in rows if photos[at].source.endswith((BY_SATELLITES, AGAINST_PLACE))}
        told = {zones[at] for at in rows if at not in doubtful}
        votes = Counter(zones[at] for at in doubtful)
        for at in rows:
            zone = zones[at]
            enough = 2 * votes[zone] > len(doubtful)
            if photos[at].source.endswith(AGAINST_PLACE):
                enough = enough and votes[zone] > 1
            stands = at not in doubtful or (zone in told if told else enough)
            (kept if stands else dropped).append(at)
    return kept, dropped


def _zones_by_neighbours(
    photos: Sequence[DatedPhoto], kept: Sequence[int]
) -> Iterator[tuple[int, Dated]]:
    """Yield capture times of UTC-dated photos, in the time zone of the photo nearest in time.

    Only changes are yielded, as pairs of list position and capture time. Without a photo within
    reach, a photo stays in UTC, or returns to it.
    """
    unknown = [
        at for at, photo in enumerate(photos) if photo.source.endswith((IN_UTC, BY_NEIGHBOURS))
    ]
    if not unknown:
        return
    moments, zones = (
        zip(*map(_moment, (photos[at].taken for at in kept)), strict=True) if kept else ((), ())
    )
    order = np.argsort(np.array(moments, dtype=np.float64), kind="stable")
    sorted_moments = np.array(moments, dtype=np.float64)[order]
    for at in unknown:
        moment, _ = _moment(photos[at].taken)
        source = photos[at].source.removesuffix(IN_UTC).removesuffix(BY_NEIGHBOURS)
        after = int(np.searchsorted(sorted_moments, moment))
        near = [near for near in (after - 1, after) if 0 <= near < len(order)]
        nearest = min(near, key=lambda one: abs(sorted_moments[one] - moment), default=None)
        zone, note = timedelta(), IN_UTC
        if nearest is not None and abs(sorted_moments[nearest] - moment) <= _REACH.total_seconds():
            zone, note = zones[order[nearest]], BY_NEIGHBOURS
        dated = Dated(with_zone(_EPOCH + timedelta(seconds=moment) + zone, zone), source + note)
        if dated != photos[at][:2]:
            yield at, dated


def _moment(taken: str) -> tuple[float, timedelta]:
    """Tuple of the capture time in seconds since 1970, and its time zone's offset from UTC."""
    time = datetime.fromisoformat(taken)
    zone = time.utcoffset() or timedelta()
    return (time.replace(tzinfo=None) - zone - _EPOCH).total_seconds(), zone
