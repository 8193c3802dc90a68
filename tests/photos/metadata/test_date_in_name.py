"""Tests of dates in the file names that phones, messengers and computers give to pictures."""

import pytest

from photorank.photos.metadata.date_in_name import date_in_name

EVENING = "2024-07-31T18:05:09"


@pytest.mark.parametrize(
    "stem",
    [
        "IMG_20240731_180509",
        "IMG_20240731_180509_1",
        "IMG_20240731_180509123_HDR",
        "IMG20240731180509",
        "MVIMG_20240731_180509",
        "20240731_180509(0)",
        "WP_20240731_18_05_09_Pro",
        "Screenshot_2024-07-31-18-05-09",
        "Screenshot_20240731-180509_Chrome",
        "Screenshot 2024-07-31 at 6.05.09\u202fPM",
        "Screenshot 2024-07-31 at 6.05.09 p.m",
        "截屏2024-07-31 下午6.05.09",
        "스크린샷 2024-07-31 오후 6.05.09",
        "스크린샷 2024-07-31 \u110b\u1169\u1112\u116e 6.05.09",
        "スクリーンショット 2024-07-31 午後6.05.09",
        "Bildschirmfoto 2024-07-31 um 18.05.09",
        "Captura de pantalla 2024-07-31 a las 18.05.09",
        "WhatsApp Image 2024-07-31 at 18.05.09 (1)",
        "signal-2024-07-31-18-05-09-123",
        "photo_2024-07-31_18-05-09",
        "photo_5@31-07-2024_18-05-09",
        "2024-07-31 18.05.09-2",
        "Photo 2024-07-31, 18 05 09",
    ],
)
def test_a_time_in_a_name(stem):
    """A time in a file name is read as local time in an unknown time zone."""
    assert date_in_name(stem) == (EVENING, False)


@pytest.mark.parametrize(
    "stem",
    [
        "PXL_20240731_160509123.PORTRAIT-01.COVER",
        *("FB_IMG_1722441909123", "1722441909123", "20240731T160509Z"),
    ],
)
def test_a_time_in_utc(stem):
    """File names by Pixel phones, by Facebook or in ISO 8601 with Z give a time in UTC."""
    assert date_in_name(stem) == ("2024-07-31T16:05:09", True)


@pytest.mark.parametrize(
    "stem", ["IMG-20240731-WA0001", "VID-20240731-WA1234(1)", "2024-07-31", "20240731_0012"]
)
def test_a_name_with_only_a_day(stem):
    """A file name with a date and a counter gives a date without a time."""
    assert date_in_name(stem) == ("2024-07-31", False)


@pytest.mark.parametrize(
    "stem",
    [
        *("DSC01234", "12345678", "IMG_20241331", "order_20249931", "0" * 30, "19991231235"),
        *("1234567890128", "17224419091234", "photo_1@31-13-2024_18-05-09"),
    ],
)
def test_numbers_that_are_no_dates(stem):
    """Numbers that have too many digits or give an impossible day are not read as a date."""
    assert date_in_name(stem) is None
