"""Reading of capture times in all the text formats that cameras and programs write."""

import pytest

from photorank.photos.metadata.time_text import iso_time, zone_of

EVENING = "2024-07-31T18:05:09"


@pytest.mark.parametrize(
    "text",
    [
        "2024:07:31 18:05:09",
        "2024-07-31 18:05:09",
        "2024/07/31 18:05:09",
        "2024.07.31 18.05.09",
        "2024:07:31T18:05:09",
        "2024-07-31T18:05:09",
        "2024:07:31:18:05:09",
        "2024:07:31 18:05:09.123",
        "2024-07-31T18:05:09,5",
        "2024:07:31 18:05: 9",
        "2024: 7:31 18:05:09",
        "2024: 7:31 18: 5: 9",
        "2024:07:31, 18:05: 9",
        "20240731 180509",
        "2024:07:31 18:05:09\0\0abc",
        " 2024:07:31 18:05:09  ",
        "2024:07:31 18:05:09 CEST",
        "2024:07:31 06:05:09 PM",
        "2024/07/31 6:05:09pm",
        "2024:07:31  6:05:09  p. m.",
        "2024-07-31 06:05:09 P.M.",
        "2024/07/31 下午 6:05:09",
        "2024/07/31 6:05:09 오후",
        b"2024:07:31 18:05:09\0",
    ],
)
def test_a_clock_is_read_in_every_form(text):
    """A time is read with any separators between its numbers and any text after them."""
    assert iso_time(text) == EVENING


@pytest.mark.parametrize(
    ("text", "zone", "time"),
    [
        ("2024:07:31 18:05:09+02:00", None, f"{EVENING}+02:00"),
        ("2024:07:31 18:05:09.12 -0730", "+01:00", EVENING),
        ("2024:07:31 18:05:09Z", "+01:00", f"{EVENING}+00:00"),
        ("2024:07:31 18:05:09+02", None, f"{EVENING}+02:00"),
        ("2024:07:31 18:05:09 UTC+2", None, f"{EVENING}+02:00"),
        ("2024:07:31 18:05:09 GMT-03:30", None, f"{EVENING}-03:30"),
        ("2024:07:31 18:05:09", "+2:00", f"{EVENING}+02:00"),
        ("2024:07:31 18:05:09", "+05:45", f"{EVENING}+05:45"),
        ("2024:07:31 18:05:09", "+13:30", EVENING),
        ("2024:07:31 18:05", None, "2024-07-31T18:05:00"),
        ("2024-07-31", "+02:00", "2024-07-31"),
        ("2024:07:31   :  :  ", None, "2024-07-31"),
        ("2024:07:31 24:05:09", None, "2024-08-01T00:05:09"),
        ("2024:07:31  8: 5: 9", None, "2024-07-31T08:05:09"),
        ("2024:07:31 12:05:09 AM", None, "2024-07-31T00:05:09"),
        ("2024:07:31 6:05:09 PM +02:00", None, f"{EVENING}+02:00"),
        ("2024:07:31 午前6:05:09", None, "2024-07-31T06:05:09"),
        ("2024:07:31 23:59:60", None, "2024-08-01T00:00:00"),
    ],
)
def test_zones_days_and_odd_hours(text, zone, time):
    """A zone inside the time text outranks a separate zone, and impossible zones are ignored."""
    assert iso_time(text, zone) == time


@pytest.mark.parametrize(
    "text",
    [
        *("0000:00:00 00:00:00", "    :  :     :  :  ", "", None, "yesterday", "2024", "2024-07"),
        *("2024:07:00 18:05:09", "2024:13:31 18:05:09", "2023:02:29 10:00:00", 20240731180509),
        *("24:07:31 18:05:09", "31:07:24 18:05:09", "31.07.2024 18:05:09"),
        *("2024:07:31 25:05:09", "2024:07:31 18:60:09", "2024:07:31 18:05:61"),
        *("0001:01:01 00:00:00", "9999:12:31 00:00:00"),
        *("1970:01:01 00:00:00", "1904:01:01 00:00:00"),
    ],
)
def test_zeros_blanks_and_nonsense_are_no_time(text):
    """Blanks, impossible dates and the default dates of unset clocks are read as no time."""
    assert iso_time(text) is None


@pytest.mark.parametrize("text", ["+13:30", "-13:00", "+05:10", "+15:00", "CEST", "", None])
def test_no_such_zone(text):
    """A UTC offset that is in use nowhere is read as no time zone."""
    assert zone_of(text) is None
