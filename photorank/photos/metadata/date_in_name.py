"""Capture dates in file names given by phones, messengers and screenshot programs."""

import re
import unicodedata
from datetime import UTC, datetime

from photorank.photos.metadata.time_text import HALF, hour_of_day, iso_time

# A day, then perhaps a time with whatever word is between: IMG_20240731_180509, Screenshot
# 2024-07-31 at 6.05.09 PM, IMG-20240731-WA0001. The marks within a date are alike, and so are
# those within a time, lest counters be taken for either.
_DATE = re.compile(
    r"(?<!\d)((?:19[89]|20\d)\d)([-_. ]?)([01]\d)\2([0-3]\d)"
    rf"(?:\D{{0,9}}?{HALF}\s?(?<!-WA)(\d\d?)([-_.:h ]?)([0-5]\d)\7([0-5]\d)(?:[-_.]?\d{{3}})?"
    rf"\s?{HALF}(Z)?)?(?!\d)",
    re.IGNORECASE,
)
# Since 1970; alone from 2017 to 2033, lest numbers of articles be taken for them.
_MILLISECONDS = re.compile(r"(?:(?:FB_IMG_|mmexport|wx_camera_)(?=1)|(?=1[5-9]))(\d{13})(?!\d)")
_DAY_FIRST = re.compile(r"@(\d\d)-(\d\d)-(\d{4})_(?=\d\d-\d\d-\d\d)")  # exported by Telegram
_IN_UTC = "PXL_"  # prefix of names by Pixel phones


def date_in_name(stem: str) -> tuple[str, bool] | None:
    """Capture time in a file name, and whether it is in UTC; None if the name has no date.

    The time, in ISO 8601, is only a date if the name has no time of day.

    >>> date_in_name("IMG_20240731_180509"), date_in_name("IMG-20240731-WA0001")
    (('2024-07-31T18:05:09', False), ('2024-07-31', False))
    >>> date_in_name("PXL_20240731_160509123.MP"), date_in_name("IMG_20241331")
    (('2024-07-31T16:05:09', True), None)
    """
    if found := _MILLISECONDS.match(stem):
        moment = datetime.fromtimestamp(int(found[1]) // 1000, UTC)
        return moment.replace(tzinfo=None).isoformat(), True
    stem = _DAY_FIRST.sub(r"@\3-\2-\1_", unicodedata.normalize("NFC", stem))
    for found in _DATE.finditer(stem):
        year, _, month, day, before, hour, _, minute, second, after, utc = found.groups()
        half = before or after
        date = f"{year}-{month}-{day}"
        if hour and (half or utc or int(hour) < 24):
            time = iso_time(f"{date} {hour_of_day(int(hour), half)}:{minute}:{second}")
            if time:
                return time, bool(utc) or stem.startswith(_IN_UTC)
        if time := iso_time(date):
            return time, False
    return None
