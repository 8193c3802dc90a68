"""Tests of settling a photo's time zone with the help of other photos."""

from photorank.photos.metadata.choose_capture_date import Dated
from photorank.photos.metadata.settle_zones import DatedPhoto, zone_changes

EVENING = "2024-07-31T18:05:09"


def dates(*photos):
    """Dates with settled time zones; each argument is the (time, source, camera) of a photo."""
    rows = [DatedPhoto(*photo) for photo in photos]
    changed = dict(zone_changes(rows))
    return [changed.get(at, Dated(*row[:2])) for at, row in enumerate(rows)]


def test_a_photo_that_knows_only_utc_gets_the_zone_of_the_nearest():
    """A time in UTC gets the zone of the photo nearest in time if that photo is not days away."""
    found = dates(
        ("2024-07-31T22:05:09-04:00", "DateTimeOriginal", "phone"),
        ("2024-08-01T03:30:00+00:00", "GPS, in UTC", "drone"),
        ("2024-08-09T03:30:00+00:00", "Takeout, in UTC", None),
    )
    assert found[1] == Dated("2024-07-31T23:30:00-04:00", "GPS, zone by neighbours")
    assert found[2] == Dated("2024-08-09T03:30:00+00:00", "Takeout, in UTC")


def test_settling_again_follows_new_neighbours():
    """If a photo's neighbours change, the time zone guessed from the neighbours is guessed anew."""
    found = dates(
        ("2024-08-01T05:30:00+02:00", "GPS, zone by neighbours", "drone"),
        ("2024-07-31T23:40:00-04:00", "DateTimeOriginal", "phone"),
    )
    assert found[0] == Dated("2024-07-31T23:30:00-04:00", "GPS, zone by neighbours")
    assert dates(("2024-08-01T05:30:00+02:00", "GPS, zone by neighbours", "drone")) == [
        Dated("2024-08-01T03:30:00+00:00", "GPS, in UTC")
    ]


def test_a_zone_by_satellites_must_be_that_of_the_cameras_day():
    """A zone computed from GPS is dropped if photos by the same camera that day contradict it."""
    source = "DateTimeOriginal, zone by GPS"
    good, stale = (f"{EVENING}+02:00", source, "X"), (f"{EVENING}+09:00", source, "X")
    told = (f"{EVENING}+02:00", "DateTimeOriginal", "X")
    dropped = Dated(EVENING, "DateTimeOriginal")
    assert dates(good) == [Dated(*good[:2])]
    assert dates(told, stale)[1] == dropped
    assert dates(good, good, stale)[1:] == [Dated(*good[:2]), dropped]
    assert dates(good, stale) == [dropped, dropped]
    assert dates((*told[:2], "Y"), stale)[1] == Dated(*stale[:2])


def test_a_clock_of_home_needs_a_second_photo():
    """A time zone that contradicts a photo's place is used only if two photos have that zone."""
    source = "DateTimeOriginal, zone by GPS, not of the place"
    first, second = (f"2024-07-31T1{hour}:05:09+02:00" for hour in (0, 1))
    assert dates((first, source, "X")) == [Dated("2024-07-31T10:05:09", "DateTimeOriginal")]
    assert dates((first, source, "X"), (second, source, "X"))[0] == Dated(first, source)
