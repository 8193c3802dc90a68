"""Time zones of GPS positions, looked up in OpenStreetMap's boundaries."""

from datetime import UTC, datetime, timedelta

from photorank.photos.metadata.timestamp import Place


def zone_at(place: Place, moment: datetime) -> timedelta | None:
    """UTC offset at a GPS position, at a time given in UTC; None if unknown.

    >>> zone_at(Place(40.7, -74.0), datetime(2024, 8, 1, 3, 30))
    datetime.timedelta(days=-1, seconds=72000)
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    import tzfpy  # 35 MB of borders, which few photos need

    try:
        zone = ZoneInfo(tzfpy.get_tz(place.longitude, place.latitude))
    except (ZoneInfoNotFoundError, ValueError):  # the system's zones may be older than the borders
        return None
    return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()
