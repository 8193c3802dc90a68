"""Conversion of date and time texts, written by cameras and programs, to ISO 8601."""

import re
from datetime import datetime, timedelta, timezone

DAY_LETTERS = len("1970-01-01")  # length of a date without a time
CLOCK_LETTERS = len("1970-01-01T00:00:00")  # length of a time without a zone

_YEARS = range(1826, 2100)  # since the first photograph; cameras write 0000 or 0001 for unknown
# Written by programs for an unknown time: the zeros of Unix and of QuickTime.
_ZEROS = {datetime(1970, 1, 1), datetime(1904, 1, 1)}
_BLANK_FOR_ZERO = re.compile(r"(?<=[-:/.\s])\s(?=\d(?!\d))")  # blank-padded numbers, as in 18: 5: 9
# Halves of the day as people write them, also in Chinese, Japanese and Korean.
HALF = r"(?:((?i:[AP]\.?\s?M\b)|[上下]午|午[前後]|오[전후])\.?)?"
_AFTERNOONS = ("P", "p", "下", "午後", "오후")
_ZONES = r"(?:UTC|GMT)?[+-]\d\d?(?::?\d\d)?|Z|UTC|GMT"
_TIME = re.compile(
    r"(\d{4})([-:/.]?)(\d{1,2})\2(\d{1,2})"
    rf"(?:[T\s_:,]\s*{HALF}\s*(\d{{1,2}})([:.]?)(\d\d)(?:\7(\d\d?)(?:[.,]\d+)?)?"
    rf"\s*{HALF}\s*({_ZONES})?(?!\d).*|[\s:T]*)",
    re.DOTALL,
)
_ZONE = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?|Z|UTC|GMT")
# Beside whole hours: the zones of the world since there are digital cameras.
_PARTS_OF_HOURS = {
    timedelta(hours=hours)
    for hours in (-9.5, -4.5, -3.5, -2.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.5, 8.75, 9.5, 10.5, 11.5)
} | {timedelta(hours=12.75), timedelta(hours=13.75)}
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)


def iso_time(value: object, zone: object = None) -> str | None:
    r"""Time in ISO 8601, to the second, parsed from a text; None if the text is no time.

    `zone` is the time zone of a time without its own. Only the day is returned of a date without a
    time. What follows a NUL is left out.

    >>> iso_time("2024:07:31 18:05:09", "+02:00"), iso_time("2024/07/31 18:05:09.123Z")
    ('2024-07-31T18:05:09+02:00', '2024-07-31T18:05:09+00:00')
    >>> iso_time("2024-07-31"), iso_time("0000:00:00 00:00:00"), iso_time("2024:07:31 24:05:60\0x")
    ('2024-07-31', None, '2024-08-01T00:06:00')
    """
    found = _TIME.fullmatch(_BLANK_FOR_ZERO.sub("0", _text(value)))
    if found is None:
        return None
    year, _, month, day, before, hour, _, minute, second, after, own_zone = found.groups()
    try:
        midnight = datetime(int(year), int(month), int(day))
    except ValueError:
        return None
    # Midnight may be told as hour 24, and a leap second as 60.
    if midnight.year not in _YEARS or int(hour or 0) > 24:
        return None
    if int(minute or 0) > 59 or int(second or 0) > 60:
        return None
    if hour is None:
        return None if midnight in _ZEROS else midnight.date().isoformat()
    hours = hour_of_day(int(hour), before or after)
    time = midnight + timedelta(hours=hours, minutes=int(minute), seconds=int(second or 0))
    return None if time in _ZEROS else with_zone(time, zone_of(own_zone if own_zone else zone))


def hour_of_day(hour: int, half: str | None) -> int:
    """Hour in 24-hour form, from an hour with or without an AM or PM marker.

    The marker `half` may be in one of several languages.

    >>> hour_of_day(6, "PM"), hour_of_day(12, "a.m."), hour_of_day(18, "下午"), hour_of_day(6, None)
    (18, 0, 18, 6)
    """
    if half is None or not 1 <= hour <= 12:
        return hour
    return hour % 12 + (12 if half.startswith(_AFTERNOONS) else 0)


def with_zone(clock: datetime, zone: timedelta | None) -> str:
    """ISO 8601 text of a local time with its UTC offset; without an offset if `zone` is None.

    >>> with_zone(datetime(2024, 7, 31, 18, 5, 9), timedelta(hours=2))
    '2024-07-31T18:05:09+02:00'
    """
    return clock.replace(tzinfo=None if zone is None else timezone(zone)).isoformat()


def zone_of(value: object) -> timedelta | None:
    """UTC offset parsed from a text such as +05:30 or Z; None if it is no time zone.

    >>> zone_of("+0530"), zone_of("UTC+5:30"), zone_of("+13:30")
    (datetime.timedelta(seconds=19800), datetime.timedelta(seconds=19800), None)
    """
    found = _ZONE.fullmatch(_text(value))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    zone = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return real_zone(-zone if sign == "-" else zone)


def real_zone(offset: timedelta) -> timedelta | None:
    """The given UTC offset if some time zone in the world has it; otherwise None."""
    whole_hours = not offset % timedelta(hours=1)
    return (
        offset if offset in _PARTS_OF_HOURS or (whole_hours and _WEST <= offset <= _EAST) else None
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return str(value or "").partition("\0")[0].strip()
