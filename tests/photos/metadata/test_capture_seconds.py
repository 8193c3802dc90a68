import numpy as np

from photorank.photos.metadata.capture_seconds import capture_seconds, seconds_or_day


def test_without_zones_clocks_are_compared_as_they_are():
    """If no photo has a time zone, time differences are those of the camera clocks."""
    found = capture_seconds(["2024-07-31T18:05:09", None, "2024-07-31T18:05:00", "rubbish"])
    assert found[0] - found[2] == 9
    assert np.isnan(found[[1, 3]]).all()


def test_zones_order_what_clocks_do_not():
    """Photos with time zones are ordered by moment: 18:00 in Tokyo precedes noon in Paris."""
    tokyo, paris = capture_seconds(["2024-07-31T18:00:00+09:00", "2024-07-31T12:00:00+02:00"])
    assert paris - tokyo == 3600


def test_a_clock_without_a_zone_is_in_that_of_the_nearest_one():
    """In any input order, a time without a zone takes the zone of the photo nearest in time."""
    taken = [
        "2024-08-02T10:00:05",
        "2024-07-31T10:00:00+02:00",
        "2024-07-31T10:00:05",
        "2024-08-02T10:00:00+09:00",
        "2024-07-30T10:00:00",
        "2024-08-03T10:00:00",
    ]
    for order in (range(6), reversed(range(6))):
        places = list(order)
        found = dict(zip(places, capture_seconds([taken[at] for at in places]), strict=True))
        assert found[2] - found[1] == found[0] - found[3] == 5
        assert found[1] - found[4] == found[5] - found[3] == 86400


def test_one_zone_is_everybodys():
    """If only one photo has a time zone, all other photos get the same zone."""
    found = capture_seconds(
        ["2024-07-31T10:00:00", "2024-07-31T11:00:00+02:00", "2024-07-31T12:00:00"]
    )
    assert np.diff(found).tolist() == [3600, 3600]
    assert found[1] == np.datetime64("2024-07-31T09:00:00").astype(int)


def test_nothing_has_no_instants():
    """An empty list of capture times gives an empty array."""
    assert len(capture_seconds([])) == 0


def test_a_day_alone_is_no_moment():
    """A date without a time gives NaN as its capture time instead of midnight."""
    assert np.isnan(capture_seconds(["2024-07-31", "2024-07-31T00:00:01"])).tolist() == [
        True,
        False,
    ]


def test_a_day_is_among_its_photos():
    """A date alone gets the median time of that day's other photos, or noon if there are none."""
    taken = ["2024-07-31", "2024-07-31T09:00:00", "2024-07-31T20:00:00", "2024-07-31T21:00:00"]
    found = seconds_or_day([*taken, "2024-08-02"])
    assert found[0] == found[2]
    assert found[4] - found[2] == 40 * 3600
    tokyo = seconds_or_day(["2024-07-31", "2024-07-30T12:00:00+09:00", None])
    assert tokyo[0] - tokyo[1] == 86400
    assert np.isnan(tokyo[2])
