"""Capture time of a photo from its most reliable source: metadata, sidecar, name or file time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from photorank.photos.metadata.date_in_name import date_in_name
from photorank.photos.metadata.find_sidecars import sidecar_time
from photorank.photos.metadata.names_in_folder import FolderNames
from photorank.photos.metadata.takeout import takeout_time
from photorank.photos.metadata.time_text import CLOCK_LETTERS, DAY_LETTERS, real_zone, with_zone
from photorank.photos.metadata.time_zones import zone_at
from photorank.photos.metadata.timestamp import Source, Timestamp

# Where a time of capture is looked for: what comes first is trusted more.
LADDER: tuple[Source, ...] = (
    "DateTimeOriginal",  # this and the next one are EXIF
    "DateTimeDigitized",
    "XMP",
    "IPTC",
    "Creation Time",  # a text in a PNG
    "sidecar",
    "Takeout",
    "GPS",
    "name",
    "DateTime",  # EXIF, of the last change
    "file time",
)

# What a date's source says of its zone, where the time itself came without one.
IN_UTC = ", in UTC"  # the local time is not known
BY_PLACE = ", zone by place"
BY_NEIGHBOURS = ", zone by neighbours"
BY_SATELLITES = ", zone by GPS"
AGAINST_PLACE = ", zone by GPS, not of the place"  # a clock of home on a journey, or an old stamp

_ZONE_STEP = timedelta(minutes=15)  # all zones of the world are multiples of it
_MAX_CLOCK_ERROR = timedelta(minutes=5)  # of a camera clock against GPS time


class Dated(NamedTuple):
    """Capture time of a photo and its source (EXIF, file name, …); both None if unknown."""

    taken: str | None = None  # camera clock: 2024-07-31T18:05:09, or with +02:00; or only the day
    source: str | None = None  # what told it, and what told the zone if that was another


def capture_date(
    embedded: Sequence[Timestamp], photo: Path, names: FolderNames, *, mtime_ns: int | None = None
) -> Dated:
    """Capture time of a photo from its most reliable source: metadata, sidecar, name or file time.

    The file's time of change counts only where it is given. Where a place tells only the day, the
    time of that day counts that the next place tells.
    """
    stamps = {stamp.source: stamp for stamp in embedded}
    outside: dict[Source, Callable[[], Timestamp | None]] = {
        "sidecar": lambda: sidecar_time(photo, names),
        "Takeout": lambda: takeout_time(photo, names),
        "name": lambda: _time_in_name(photo),
        "file time": lambda: _file_time(mtime_ns),
    }
    day: Timestamp | None = None
    for source in LADDER:
        stamp = stamps.get(source) or (outside[source]() if source in outside else None)
        if stamp is None or (day and stamp.time[:DAY_LETTERS] != day.time):
            continue
        if len(stamp.time) > DAY_LETTERS:
            return _with_zone_by_gps(stamp, stamps.get("GPS"))
        day = stamp
    return Dated(day.time, day.source) if day else Dated()


def _time_in_name(photo: Path) -> Timestamp | None:
    # Without a suffix a time's seconds may stand after the last dot.
    found = date_in_name(photo.name if photo.suffix[1:].isdigit() else photo.stem)
    return Timestamp("name", *found) if found else None


def _file_time(mtime_ns: int | None) -> Timestamp | None:
    if mtime_ns is None:
        return None
    moment = datetime(1970, 1, 1) + timedelta(microseconds=mtime_ns // 1000)
    return Timestamp("file time", moment.replace(microsecond=0).isoformat(), in_utc=True)


def _with_zone_by_gps(stamp: Timestamp, gps: Timestamp | None) -> Dated:
    """Capture time with its missing time zone inferred from GPS position or GPS time."""
    time = datetime.fromisoformat(stamp.time)
    if stamp.in_utc:
        zone = stamp.place and zone_at(stamp.place, time)
        note = IN_UTC if zone is None else BY_PLACE
        return Dated(
            with_zone(time + (zone or timedelta()), zone or timedelta()), stamp.source + note
        )
    if len(stamp.time) > CLOCK_LETTERS or gps is None or stamp.source in ("name", "DateTime"):
        return Dated(stamp.time, stamp.source)
    moment = datetime.fromisoformat(gps.time)
    zone = _offset_between(time, moment)
    if zone is None:
        return Dated(stamp.time, stamp.source)
    local = gps.place and zone_at(gps.place, moment)
    note = BY_SATELLITES if local is None else BY_PLACE if local == zone else AGAINST_PLACE
    return Dated(with_zone(time, zone), stamp.source + note)


def _offset_between(clock: datetime, moment: datetime) -> timedelta | None:
    """UTC offset of a camera clock, from its difference to GPS time; None if implausible."""
    zone = round((clock - moment) / _ZONE_STEP) * _ZONE_STEP
    return real_zone(zone) if abs(clock - moment - zone) <= _MAX_CLOCK_ERROR else None
